import { customer } from '../identity/schema.fixture.ts';
import { type IdentitySchemas, loadSchemas } from '../identity/schema.ts';
import type { Credential, Identity, IdentityReads } from '../identity/identity.ts';
import type { FlowId, Identifier, IdentityId } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Ids } from '../kernel/random.ts';
import type { Body, Guarded, AttemptContext, View } from './strategy.ts';

/** A form as a browser posts it: a name may come more than once. */
export function form(...pairs: readonly (readonly [string, string])[]): Body {
  const all = new Map<string, string[]>();
  for (const [name, value] of pairs) all.set(name, [...(all.get(name) ?? []), value]);
  return { kind: 'form', pairs: all };
}

export const json = (value: JsonObject): Body => ({ kind: 'json', value });

export async function customerSchemas(): Promise<IdentitySchemas> {
  const source = {
    id: 'customer',
    url: 'file:///customer.json',
    selectable: false,
    rootIsTraits: false,
    place: undefined,
  };
  const { schemas } = await loadSchemas({ defaultSchemaId: 'customer', schemas: [source] }, () =>
    Promise.resolve(JSON.stringify(customer)),
  );
  if (schemas === undefined) throw new Error('The schema of the tests is wrong.');
  return schemas;
}

const FLOW = 'f' as FlowId; // no strategy looks into it

export const attemptContext = (more: Partial<AttemptContext>): AttemptContext => ({
  kind: 'login',
  type: 'browser',
  client: { network: 'network 192.0.2.7/32', known: false },
  flowId: FLOW,
  revision: 1,
  requestUrl: 'http://127.0.0.1/self-service/login/browser',
  transientPayload: {},
  page: 'form',
  schemaId: 'customer',
  named: undefined,
  draft: undefined,
  values: {},
  identity: undefined,
  sessionId: undefined,
  returned: false,
  privileged: true,
  refresh: false,
  requestedAal: 'aal1',
  begunByMessage: false,
  exhausted: undefined,
  kept: undefined,
  vault: undefined,
  byCode: false,
  providerResult: undefined,
  begunAt: 0,
  now: 0,
  ...more,
});

export const view = (more: Partial<View>): View => ({
  flowId: FLOW,
  revision: 1,
  begunAt: 0,
  now: 0,
  kind: 'login',
  type: 'browser',
  page: 'form',
  schemaId: 'customer',
  values: {},
  messages: [],
  identity: undefined,
  owned: {},
  credentials: [],
  kept: undefined,
  refresh: false,
  requestedAal: 'aal1',
  begunByMessage: false,
  hasPage: () => false,
  prefilled: undefined,
  ...more,
});

export const ada: Identity = {
  id: '11111111-1111-4111-8111-111111111111' as IdentityId,
  externalId: undefined,
  schemaId: 'customer',
  state: 'active',
  stateChangedAt: 0,
  traits: { mail: 'ada@shop.example', terms: true, person: { given: 'Ada' } },
  metadataPublic: { level: 3 },
  metadataAdmin: { note: 'vip' },
  verifiableAddresses: [],
  recoveryAddresses: [],
  availableAal: 'aal1',
  provedAt: 0,
  madeFrom: undefined,
  devicesSince: 0,
  version: 7,
  createdAt: 0,
  updatedAt: 0,
};

export const passwordOf = (hash: string | undefined, identifier = 'ada@shop.example'): Credential => ({
  type: 'password',
  identifiers: [identifier as Identifier],
  config: hash === undefined ? {} : { hashed_password: hash },
  version: 0,
  createdAt: 0,
  updatedAt: 0,
});

/** Ids that count upwards. */
export function counting(): Ids {
  let next = 0;
  const id = (): string => `id-${++next}`;
  return { uuid: id, uuidAt: id };
}

/** One person in memory; what is asked is written down. */
export function people(identity: Identity, credentials: readonly Credential[]) {
  const asked: string[] = [];
  const never = (): never => {
    throw new Error('Not asked for by a strategy.');
  };
  const reads: IdentityReads = {
    find: never,
    findExternal: never,
    findByAddress: never,
    list: never,
    listByOffset: never,
    countTo: never,
    findMany: never,
    findByAnyIdentifier: never,
    configsOf: never,
    findByCredentialId: never,
    credentials() {
      asked.push('credentials');
      return Promise.resolve(credentials);
    },
    findByIdentifier(type, identifier) {
      asked.push(`findByIdentifier ${type} ${identifier}`);
      const credential = credentials.find((each) => each.type === type && each.identifiers.includes(identifier));
      return Promise.resolve(credential && { identity, credential });
    },
    whoHas(identifiers) {
      asked.push(`whoHas ${identifiers.join(' ')}`);
      const types = credentials.filter((each) => identifiers.some((id) => each.identifiers.includes(id)));
      return Promise.resolve(
        types.length === 0 ? undefined : { id: identity.id, types: types.map(({ type }) => type) },
      );
    },
  };
  return { reads, asked };
}

export const guarded: Guarded = {
  flowId: FLOW,
  identityId: undefined,
  signedIn: undefined,
  values: {},
  network: 'unknown',
  counted: false,
  device: undefined,
};
