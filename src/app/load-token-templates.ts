import type { Config } from '../config/config.ts';
import { fileOf, isCode } from '../config/source/content.ts';
import type { TokenTemplateSettings } from '../config/session-config.ts';
import { SallyportError } from '../kernel/error.ts';
import { describeFailure } from '../kernel/failure.ts';
import type { Issue } from '../kernel/issue.ts';
import { deepFreeze, isObject, type JsonObject } from '../kernel/json.ts';
import { withTimeLimit } from '../kernel/time-limit.ts';
import { compileJsonnet, JsonnetFault } from '../language/jsonnet/jsonnet.ts';
import { readKeySet } from '../session/signing-key.ts';
import type { TokenClaims, TokenTemplate, Unusable } from '../session/tokenizer.ts';
import type { MethodSources } from '../strategy/method.ts';

/** How long a mapper in TypeScript may take; milliseconds. */
const MAPPER_LIMIT = 1_000;

export type TokenTemplates = ReadonlyMap<string, TokenTemplate | Unusable>;

/**
 * Reads the key sets and claims mappers of all token templates, once, at start. One that cannot be used is warned about and
 * refuses tokens with the reason; everything else works without it.
 */
export async function loadTokenTemplates(
  { tokenTemplates }: Config['session'],
  sources: MethodSources,
): Promise<{ readonly templates: TokenTemplates; readonly warnings: readonly Issue[] }> {
  const loaded = await Promise.all(
    tokenTemplates.map(async (settings) => ({ settings, made: await load(settings, sources) })),
  );
  return {
    templates: new Map(loaded.map(({ settings, made }) => [settings.name, made])),
    warnings: loaded.flatMap(({ settings: { path }, made }) =>
      'unusable' in made ? [warning(`${path}.${made.key}`, made.unusable, sources)] : [],
    ),
  };
}

const warning = (path: string, found: string, { placeOf }: MethodSources): Issue => ({
  code: 'token-template',
  place: placeOf(path),
  path,
  found,
  allowed: 'no token is made by this template: see docs/guide/session-tokens.md',
});

/** What is wrong, and with which key of the template. */
type Failed = Unusable & { readonly key: 'jwks_url' | 'claims_mapper_url' };

async function load(settings: TokenTemplateSettings, sources: MethodSources): Promise<TokenTemplate | Failed> {
  const { keySet, mapper, lifespan, subject } = settings;
  if (keySet.startsWith('http:')) return { key: 'jwks_url', unusable: 'would bring private keys over plain http' };
  try {
    const keys = await readKeySet(await sources.read(keySet));
    if (typeof keys === 'string') return { key: 'jwks_url', unusable: keys };
    const claims = mapper === undefined ? undefined : await loadMapper(mapper, settings, sources);
    if (typeof claims === 'string') return { key: 'claims_mapper_url', unusable: claims };
    return { keys, lifespan, subject, mapper: claims };
  } catch (error) {
    return { key: 'jwks_url', unusable: whyUnread(error) };
  }
}

async function loadMapper(
  uri: string,
  { path }: TokenTemplateSettings,
  sources: MethodSources,
): Promise<TokenClaims | string> {
  const file = fileOf(uri, sources.folders);
  try {
    if (file !== undefined && isCode(file)) return await importMapper(file, sources);
    const program = compileJsonnet(await sources.read(uri), file ?? `${path}.claims_mapper_url`);
    return (about) => Promise.resolve().then(() => program.evaluate({ extVars: about }));
  } catch (error) {
    return error instanceof JsonnetFault ? error.message : whyUnread(error);
  }
}

async function importMapper(file: string, { importFile }: MethodSources): Promise<TokenClaims | string> {
  const module = await importFile(file);
  const map: unknown = isObject(module) ? module['default'] : undefined;
  if (typeof map !== 'function')
    return `${file} exports no mapper: export default ({ session, claims }) => ({ claims })`;
  // What it answers is read as data.
  const called: TokenClaims = async (about) => (map as Mapper)(deepFreeze(structuredClone(about)));
  return (about) => withTimeLimit(MAPPER_LIMIT, () => called(about), late);
}

const late = (): Error => new Error(`no answer after ${MAPPER_LIMIT} ms`);

type Mapper = (about: { readonly session: JsonObject; readonly claims: JsonObject }) => unknown;

const whyUnread = (error: unknown): string =>
  error instanceof SallyportError ? error.reason : `cannot be read: ${describeFailure(error)}`;
