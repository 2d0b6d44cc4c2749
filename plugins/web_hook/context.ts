import type { Facts, Json, JsonObject } from 'sallyport/plugin';

/** The argument `ctx` of a body's Jsonnet function. */
export function contextOf(facts: Facts, flow: JsonObject): JsonObject {
  const identity = identityOf(facts);
  const session = sessionOf(facts, identity);
  const before = facts.point.endsWith('.before');
  const { ui } = flow;
  const action = typeof ui === 'object' && ui !== null && 'action' in ui ? ui['action'] : undefined;
  return {
    flow,
    request_method: before ? 'GET' : 'POST',
    request_url: before || action === undefined ? facts.flow.requestUrl : action,
    request_headers: Object.fromEntries(
      Object.entries(facts.headers).map(([name, value]) => [canonical(name), [value]]),
    ),
    // Cookies are not handed on (docs/decisions/0015).
    request_cookies: {},
    ...(identity !== undefined && { identity }),
    ...(session !== undefined && { session }),
  };
}

/** The identity as it will be stored. */
function identityOf({ draft, identity }: Facts): JsonObject | undefined {
  if (draft === undefined) return identity;
  const { id, schemaId, state, traits, metadataPublic, externalId } = draft.identity;
  return {
    verifiable_addresses: [],
    recovery_addresses: [],
    ...identity,
    id,
    schema_id: schemaId,
    state,
    traits,
    ...(typeof externalId === 'string' && { external_id: externalId }),
    ...(metadataPublic !== null && { metadata_public: metadataPublic }),
  };
}

function sessionOf({ point, session, draft, flow }: Facts, identity: JsonObject | undefined): JsonObject | undefined {
  const methods = (names: readonly string[]): Json => names.map((method) => ({ method }));
  if (session !== undefined) {
    return {
      id: session.id,
      active: true,
      authenticator_assurance_level: session.aal,
      authentication_methods: methods(session.methods),
      ...(identity !== undefined && { identity }),
    };
  }
  // At login the session is not stored yet, but its id is known.
  if (point !== 'login.after' || draft?.session === undefined) return undefined;
  return {
    id: draft.session.id,
    active: true,
    authentication_methods: methods(flow.method === undefined ? [] : [flow.method]),
    ...(identity !== undefined && { identity }),
  };
}

/** `User-Agent`: the spelling that bodies written for the reference read. */
const canonical = (name: string): string => name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
