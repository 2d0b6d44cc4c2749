import type { Draft } from '../kernel/draft.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import type { Facts } from './define.ts';

/** What the runner knows at a point. */
export interface FactParts extends Omit<Facts, 'headers' | 'signal'> {
  /** As they came with the request; filtered here. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `clients.web_hook.header_allowlist`, any case. */
  readonly allowedHeaders: readonly string[];
}

/** What a call of a hook starts from: its view, and the draft that a modified one is merged into. */
export interface Given {
  readonly facts: Omit<Facts, 'signal'>;
  readonly draft: Draft | undefined;
}

/** Never shown to a hook, whatever the allow list says. */
const PRIVATE_HEADER =
  /^(?:cookie2?|set-cookie2?|authorization|proxy-authorization|x-session-token|x-(?:csrf|xsrf)-token)$/;

/** Members of an account that are not the hook's to read. */
const PRIVATE = ['credentials', 'metadata_admin'];

/** A hook's view of a flow: copies, frozen all the way down, without prototypes, and with nothing but the named members. */
export function buildFacts(parts: FactParts): Given {
  const { flow, point, draft, identity, session, wire, started, request, headers, allowedHeaders, attempt } = parts;
  const view = {
    flow: {
      id: flow.id,
      kind: flow.kind,
      type: flow.type,
      page: flow.page,
      method: flow.method,
      requestUrl: flow.requestUrl,
      returnTo: flow.returnTo,
      transientPayload: flow.transientPayload,
    },
    point,
    draft: draft && viewOfDraft(draft),
    identity: identity && without(identity, PRIVATE),
    session: session && { id: session.id, aal: session.aal, methods: session.methods },
    wire: { identity: wire.identity && without(wire.identity, PRIVATE), session: wire.session },
    started: started.map(({ id, address, url }) => ({ id, address, url })),
    request: request && { method: request.method, url: request.url },
    headers: pickHeaders(headers, allowedHeaders),
    attempt,
  };
  // The copy has the members of the view; what it lacks are prototypes.
  return { facts: copyFrozen(view) as unknown as Omit<Facts, 'signal'>, draft };
}

/** What an administrator noted of a person is not the hook's to read; `null` in a modified draft leaves it as it is. */
function viewOfDraft({ identity, session }: Draft): Draft {
  return {
    identity: {
      id: identity.id,
      schemaId: identity.schemaId,
      state: identity.state,
      traits: identity.traits,
      metadataPublic: identity.metadataPublic,
      metadataAdmin: null,
      proved: identity.proved.map(({ via, value }) => ({ via, value })),
      version: identity.version,
    },
    session: session && { id: session.id },
  };
}

function without(value: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** The headers of a request that may be shown to others; lower-case names. */
export function pickHeaders(
  headers: FactParts['headers'],
  allowed: readonly string[],
): Readonly<Record<string, string>> {
  const names = new Set(allowed.map((name) => name.toLowerCase()).filter((name) => !PRIVATE_HEADER.test(name)));
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): readonly [string, string][] => {
      const lower = name.toLowerCase();
      if (value === undefined || !names.has(lower)) return [];
      return [[lower, typeof value === 'string' ? value : value.join(', ')]];
    }),
  );
}

/** Own enumerable members only: no symbols, no accessors, no prototypes. Lists stay lists. */
function copyFrozen(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(copyFrozen));
  if (!isObject(value)) return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) copy[key] = copyFrozen(value[key]);
  return Object.freeze(copy);
}
