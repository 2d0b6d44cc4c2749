import type { BoundHook } from '../hook/bound-hook.ts';
import type { RequestFacts } from '../hook/define.ts';
import type { FactParts } from '../hook/facts.ts';
import type { Draft } from '../kernel/draft.ts';
import type { FlowId, IdentityId, SessionId } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import { sampleIdentity, sampleSession } from './wire-samples.ts';

/** The flow of a case; members that are left out get a made-up value. */
export interface CaseFacts {
  readonly returnTo?: string;
  readonly method?: string;
  readonly transientPayload?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly request?: RequestFacts;
  readonly draft?: { readonly identity?: { readonly traits?: JsonObject; readonly metadataPublic?: JsonObject } };
  readonly identity?: JsonObject;
  /** The answer of `reach.flow()`. */
  readonly flow?: JsonObject;
}

const DRAFT: Draft = {
  identity: {
    id: '00000000-0000-4000-8000-000000000001' as IdentityId,
    schemaId: 'default',
    state: 'active',
    traits: {},
    metadataPublic: null,
    metadataAdmin: null,
    proved: [],
    version: 0,
  },
  session: { id: '00000000-0000-4000-8000-000000000002' as SessionId },
};

/** What a hook under test is told. */
export function partsOf(
  bound: BoundHook,
  { returnTo, method, transientPayload = {}, headers = {}, request, draft, identity: given }: CaseFacts,
): FactParts {
  const drafted = bound.point.endsWith('.before')
    ? undefined
    : { ...DRAFT, identity: { ...DRAFT.identity, ...draft?.identity } };
  const identity = given ?? (drafted && sampleIdentity(drafted.identity));
  return {
    flow: {
      id: '00000000-0000-4000-8000-000000000003' as FlowId,
      kind: bound.point.split('.')[0] as FactParts['flow']['kind'],
      type: 'browser',
      page: 'form',
      method: method ?? bound.method ?? 'password',
      requestUrl: 'https://id.example/self-service',
      returnTo,
      transientPayload,
    },
    point: bound.point,
    draft: drafted,
    identity,
    session: undefined,
    wire: { identity, session: sampleSession(bound.point, identity) },
    started: [],
    request,
    headers,
    allowedHeaders: Object.keys(headers),
    attempt: 'test',
  };
}
