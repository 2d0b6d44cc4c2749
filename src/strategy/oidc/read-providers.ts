import { createPrivateKey } from 'node:crypto';
import type { Checked, Found } from '../../config/checked.ts';
import type { Problems } from '../../config/source/problems.ts';
import type { TypedValues } from '../../config/sections/typed-values.ts';
import type { OidcProvider } from './provider-entry.ts';
import { presets } from './providers/presets.ts';

const NAMED: ReadonlySet<string> = new Set([
  'id',
  'provider',
  'label',
  'client_id',
  'client_secret',
  'issuer_url',
  'auth_url',
  'token_url',
  'mapper_url',
  'scope',
  'pkce',
  'trust_refresh',
]);
/** The kinds this server knows the ways of. */
const KINDS: readonly string[] = [...presets.keys()].toSorted();
const TENANT = /^(?:common|organizations|consumers|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const APPLE = ['apple_team_id', 'apple_private_key_id', 'apple_private_key'];

/** Reads `config.providers`. `judged`: for a server that starts. */
export function readProviders(values: TypedValues, problems: Problems, judged: boolean): readonly OidcProvider[] {
  const items = (values.find('config.providers')?.items ?? []).filter((item) => 'values' in item);
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const provider = readProvider(item);
    if (provider === undefined) return [];
    if (seen.has(provider.id))
      problems.error(
        item.at,
        'duplicate',
        `has the id ${JSON.stringify(provider.id)} of another provider`,
        'give each provider an id of its own',
      );
    seen.add(provider.id);
    if (provider.provider === 'gitlab-app') {
      const at = item.values.get('provider')?.at ?? item.at;
      problems.error(at, 'refused', 'is gitlab-app, a slip in the schema of v0.7', 'write `github-app`');
      return [];
    }
    if (!KINDS.includes(provider.provider)) {
      problems.warn(
        item.values.get('provider')?.at ?? item.at,
        'not-offered',
        `is ${provider.provider}, a kind this server does not know the ways of yet; it has no button`,
        `known: ${KINDS.join(', ')}; where it speaks OpenID Connect write generic and its issuer_url`,
      );
      return [];
    }
    checkKind(item, provider.provider, problems);
    if (provider.trustRefresh)
      problems.warn(
        item.values.get('trust_refresh')?.at ?? item.at,
        'unsafe',
        'lets a provider confirm a person without saying when it asked them last',
        'leave it out where the provider sends auth_time, or people have another way to confirm who they are',
      );
    const issuer = item.values.get('issuer_url');
    if (judged && issuer !== undefined && provider.issuerUrl?.startsWith('http:') === true)
      problems.judge(
        issuer.at,
        'production-floor',
        'is plain http',
        'write https; plain http is for dev and serve --dev alone',
      );
    return [provider];
  });
}

function readProvider({ values, at }: Checked): OidcProvider | undefined {
  const text = (key: string): string | undefined => {
    const value = values.get(key)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const id = text('id');
  const provider = text('provider');
  const clientId = text('client_id');
  if (id === undefined || provider === undefined || clientId === undefined) return undefined;
  const scope = values.get('scope')?.value;
  const pkce = text('pkce');
  return {
    id,
    provider,
    label: text('label'),
    clientId,
    clientSecret: text('client_secret'),
    issuerUrl: text('issuer_url'),
    authUrl: text('auth_url'),
    tokenUrl: text('token_url'),
    mapperUrl: text('mapper_url'),
    scope: Array.isArray(scope) ? scope.filter((each) => typeof each === 'string') : [],
    trustRefresh: values.get('trust_refresh')?.value === true,
    pkce: pkce === 'never' || pkce === 'force' ? pkce : 'auto',
    more: Object.fromEntries([...values].filter(([key]) => !NAMED.has(key)).map(([key, { value }]) => [key, value])),
    path: at.path,
    place: at.place,
  };
}

/** Which keys a kind of provider needs, and which belong to another kind. */
function checkKind({ values, broken, at }: Checked, provider: string, problems: Problems): void {
  const has = (key: string): boolean => values.has(key) || broken.has(key);
  const need = (key: string): void => {
    if (!has(key))
      problems.error({ ...at, path: `${at.path}.${key}` }, 'missing', 'is missing', `${provider} needs it`);
  };
  const refuse = (key: string, owner: string): void => {
    const found = values.get(key);
    if (found) problems.warn(found.at, 'no-effect', `is set for ${provider}`, `it belongs to ${owner}: remove it`);
  };
  if (has('mapper_url') && has('claims'))
    problems.error(values.get('claims')?.at ?? at, 'contradiction', 'stands beside `mapper_url`', 'keep one of them');
  else if (!has('mapper_url') && !has('claims'))
    problems.error({ ...at, path: `${at.path}.mapper_url` }, 'missing', 'is missing', 'write mapper_url, or claims');
  if (provider === 'apple') {
    for (const key of APPLE) need(key);
    checkAppleKey(values.get('apple_private_key'), problems);
    refuse('client_secret', 'other providers');
  } else {
    need('client_secret');
    for (const key of APPLE) refuse(key, 'apple');
  }
  if (provider === 'microsoft') {
    need('microsoft_tenant');
    checkTenant(values.get('microsoft_tenant'), problems);
  } else {
    refuse('microsoft_tenant', 'microsoft');
    refuse('subject_source', 'microsoft');
  }
  if (provider === 'generic' || provider === 'auth0') need('issuer_url');
}

/** Tokens name their tenant by its id, so a tenant that is configured by a domain could not be told from another. */
function checkTenant(tenant: Found | undefined, problems: Problems): void {
  if (tenant === undefined || TENANT.test(String(tenant.value))) return;
  problems.error(
    tenant.at,
    'wrong-value',
    'is no tenant id',
    'write common, organizations, consumers, or the id of the directory (8-4-4-4-12 hexadecimal digits)',
  );
}

function checkAppleKey(key: Found | undefined, problems: Problems): void {
  if (key === undefined) return;
  try {
    if (createPrivateKey(String(key.value)).asymmetricKeyDetails?.namedCurve === 'prime256v1') return;
  } catch {
    // The advice is the same for every fault of the key.
  }
  problems.error(
    key.at,
    'wrong-value',
    'is no private key of the curve P-256',
    'write what the .p8 file of Apple holds, line breaks included',
  );
}
