import { createHash } from 'node:crypto';
import type { Credential, Identity, VerifiableAddress } from '../../src/identity/identity.ts';
import { parseFlowId, parseIdentityId, parseMessageId, parseSessionId } from '../../src/kernel/id.ts';
import type { FlowId, Identifier, TokenHash } from '../../src/kernel/id.ts';
import { must } from '../../src/kernel/error.ts';
import type { FlowRow, JournalRow } from '../../src/flow/flow.ts';
import type { OutboxMessage } from '../../src/courier/message.ts';
import type { OneTimeSecret } from '../../src/secret/secret.ts';
import type { Session } from '../../src/session/session.ts';
import { NOW, random } from './engines.ts';

export const flowId = (): FlowId => must(parseFlowId(random.uuid()), 'id');
/** Brands a text as if a strategy had normalised it. */
export const identifier = (text: string): Identifier => text as Identifier;
export const tokenHash = (token: string): TokenHash => createHash('sha256').update(token).digest('hex') as TokenHash; // 64 hex digits, as its brand says

export function address(value: string): VerifiableAddress {
  return {
    id: random.uuid(),
    value,
    via: 'email',
    verified: false,
    status: 'pending',
    verifiedAt: undefined,
    createdAt: NOW,
    updatedAt: NOW,
  };
}

export function identity(values: Partial<Identity> = {}): Identity {
  return {
    id: must(parseIdentityId(random.uuid()), 'id'),
    externalId: undefined,
    schemaId: 'default',
    state: 'active',
    stateChangedAt: NOW,
    traits: { email: 'ada@example.org', name: { first: 'Ada' } },
    metadataPublic: null,
    metadataAdmin: { note: 'x' },
    verifiableAddresses: [],
    recoveryAddresses: [],
    availableAal: 'aal1',
    provedAt: 0,
    madeFrom: undefined,
    devicesSince: NOW,
    version: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...values,
  };
}

export function credential(identifiers: readonly string[], values: Partial<Credential> = {}): Credential {
  return {
    type: 'password',
    identifiers: identifiers.map(identifier),
    config: { hashed_password: '$argon2id$x' },
    version: 0,
    createdAt: NOW,
    updatedAt: NOW,
    ...values,
  };
}

export function session(of: Identity, values: Partial<Session> = {}): Session {
  return {
    id: must(parseSessionId(random.uuid()), 'id'),
    identityId: of.id,
    active: true,
    issuedAt: NOW,
    authenticatedAt: NOW,
    expiresAt: NOW + 86_400_000,
    lastSeenAt: undefined,
    aal: 'aal1',
    methods: [{ method: 'password', aal: 'aal1', completedAt: NOW }],
    devices: [{ id: random.uuid(), ipAddress: '127.0.0.1', userAgent: 'test', location: '' }],
    ...values,
  };
}

export function flow(values: Partial<FlowRow> = {}): FlowRow {
  return {
    id: flowId(),
    kind: 'login',
    type: 'browser',
    requestUrl: 'http://127.0.0.1:4433/self-service/login/browser',
    csrf: 'AAAA',
    identityId: undefined,
    sessionId: undefined,
    schemaId: undefined,
    requestedAal: 'aal1',
    refresh: false,
    shape: '0123456789abcdef',
    revision: 1,
    state: { form: 'waiting' },
    context: { draft: null, values: {} },
    finished: false,
    followDue: undefined,
    busyUntil: undefined,
    issuedAt: NOW,
    expiresAt: NOW + 3_600_000,
    updatedAt: NOW,
    ...values,
  };
}

export function journal(of: FlowRow, values: Partial<JournalRow> = {}): JournalRow {
  return {
    id: random.uuid(),
    flowId: of.id,
    otherFlowId: undefined,
    kind: of.kind,
    method: 'password',
    outcome: { kind: 'passed', code: 'done', reason: undefined },
    identityId: undefined,
    sessionId: undefined,
    steps: [{ state: 'form.checking', event: 'accept.password', ms: 1.25 }],
    at: NOW,
    keepUntil: NOW + 1_000,
    ...values,
  };
}

export function secret(of: FlowRow, values: Partial<OneTimeSecret> = {}): OneTimeSecret {
  return {
    id: random.uuid(),
    purpose: 'login_code',
    digest: `k1:${'0'.repeat(64)}`,
    flowId: of.id,
    identityId: undefined,
    address: 'ada@example.org',
    expiresAt: NOW + 900_000,
    createdAt: NOW,
    ...values,
  };
}

export function message(values: Partial<OutboxMessage> = {}): OutboxMessage {
  return {
    id: must(parseMessageId(random.uuid()), 'id'),
    type: 'email',
    channel: 'email',
    recipient: 'ada@example.org',
    template: 'verification_code_valid',
    data: { code: '123456' },
    usefulUntil: undefined,
    identityId: undefined,
    flowId: undefined,
    status: 'queued',
    subject: 'Hello',
    body: 'Your code is 123456',
    sendCount: 0,
    dueAt: NOW,
    createdAt: NOW,
    updatedAt: NOW,
    ...values,
  };
}
