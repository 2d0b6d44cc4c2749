import type { About } from '../../event/catalogue.ts';
import { reasonOfError, reasonOfMessages, type Reason } from '../../event/reason.ts';
import type { FlowKind } from '../../flow/flow.ts';
import { lookupIdentifier } from '../../identity/identifier.ts';
import type { CredentialType, Identity } from '../../identity/identity.ts';
import { must } from '../../kernel/error.ts';
import type { IdentityId } from '../../kernel/id.ts';
import type { Changer } from '../../store/account-notices.ts';
import type { Unit } from '../../store/store.ts';
import type { Position } from '../machine/compiled-flow.ts';
import type { Runner } from '../parts.ts';
import { ownDevice } from '../store-steps/known-device.ts';
import { isAccepted } from '../store-steps/rate-limits.ts';
import { accountOf, returned, type FlowRequest, type Prepared, type PreparedValues, type Written } from '../values.ts';
import { refuses } from './walk.ts';

type EventParts = Pick<Runner, 'events' | 'schemas' | 'config' | 'clock'>;

/** What a request refused, where it is a security event of its own. */
const REFUSED = {
  login: 'login.failed',
  registration: 'registration.refused',
  recovery: 'recovery.failed',
  verification: 'verification.failed',
} as const satisfies Partial<Record<FlowKind, string>>;

const refusedName = (kind: FlowKind): (typeof REFUSED)[keyof typeof REFUSED] | undefined =>
  kind in REFUSED ? REFUSED[kind as keyof typeof REFUSED] : undefined;

/** A strategy or a hook refused before anything was written: told at once, whoever wins the flow. */
export function tellRefused(parts: EventParts, request: FlowRequest, { at, by, values }: Prepared): void {
  if (!refuses(by)) return;
  refuse(parts, request, at, reasonOf(request, at, by), values);
  if (values.copied !== undefined) tellCopied(parts, request, at, values.copied, values);
}

/** Whoever got the message had not asked for it. */
export function tellDisowned(parts: EventParts, request: FlowRequest, at: Position, account: IdentityId): void {
  refuse(parts, { ...request, row: { ...request.row, identityId: account } }, at, 'not_me');
}

/** An error ended the request. */
export function tellFailure(parts: EventParts, request: FlowRequest, at: Position, error: unknown): void {
  const reason = reasonOfError(error);
  if (reason !== undefined) refuse(parts, request, at, reason);
}

/** What a write phase came to; told when its transaction has committed. */
export function tellWritten(
  parts: EventParts,
  request: FlowRequest,
  prepared: Prepared,
  written: Written,
  unit: Unit,
): void {
  const { at, by } = written;
  const refused = (reason: Reason): void =>
    unit.afterCommit(() => refuse(parts, request, prepared.at, reason, prepared.values, written.values));
  if (refuses(prepared.by)) return;
  if (refuses(by)) {
    // Another sign-in with this key has counted further since it was read.
    const { spend } = prepared.values.writes ?? {};
    const copied =
      spend !== undefined && 'use' in spend && at.context.messages.some(({ id }) => id === spend.message.id);
    if (copied) unit.afterCommit(() => tellCopied(parts, request, at, spend.type, prepared.values));
    return refused(reasonOf(request, at, by));
  }
  if (request.row.kind === 'recovery' && prepared.values.challenged)
    return parts.events.accomplished(unit, 'recovery.started', {
      ...about(parts, request, at, { id: accountOf(prepared.values), account: prepared.values.identity }),
      method: request.strategy?.method,
      by: 'self',
    });
  if (!isAccepted(written)) return;
  if (written.values.hiddenDuplicate) return refused('identifier_taken');
  if (written.values.diverted !== undefined && request.row.kind === 'login' && written.values.issued === undefined)
    return refused('hook');
  accomplish(parts, request, written, unit);
}

/** A key has counted less than before: somebody may have a copy of it (security WA-3). */
function tellCopied(
  parts: EventParts,
  request: FlowRequest,
  at: Position,
  type: CredentialType,
  { accused, identity }: PreparedValues,
): void {
  const who = { id: accused ?? identity?.id, account: identity };
  parts.events.refused('authenticator.copied', { ...about(parts, request, at, who), type });
}

function accomplish({ ...parts }: EventParts, request: FlowRequest, { at, values }: Written, unit: Unit): void {
  const { events } = parts;
  const { issued, identity, usedSecret, claimed } = values;
  const method = request.strategy?.method;
  const who = { id: identity?.id, account: identity, proved: usedSecret?.address };
  const known = { ...about(parts, request, at, who), session: issued?.session.id };
  const aal = issued?.session.aal === 'aal2' ? 'aal2' : 'aal1';
  if (claimed !== undefined) events.accomplished(unit, 'account.claimed', { ...known, voided: claimed.voided });
  switch (request.row.kind) {
    case 'login':
      return events.accomplished(unit, 'login.succeeded', { ...known, method, aal: issued && aal });
    case 'registration':
      return events.accomplished(unit, 'registration.succeeded', { ...known, method });
    case 'recovery':
      return events.accomplished(unit, 'recovery.succeeded', { ...known, method });
    case 'verification': {
      const address = identity?.verifiableAddresses.find(({ value }) => value === usedSecret?.address);
      return events.accomplished(unit, 'verification.succeeded', { ...known, method, via: address?.via });
    }
    case 'settings':
    case 'logout':
      return; // what they store has events of its own
  }
}

function refuse(
  parts: EventParts,
  request: FlowRequest,
  at: Position,
  reason: Reason,
  prepared?: PreparedValues,
  written?: Written['values'],
): void {
  const { row, strategy } = request;
  const name = refusedName(row.kind);
  if (name === undefined) return;
  // A hidden duplicate exists nowhere: the account is the owner's, who is not told of here.
  const id = written?.hiddenDuplicate === true ? undefined : (prepared?.accused ?? accountOfRequest(request, prepared));
  const members = {
    ...about(parts, request, at, { id, account: prepared?.identity }),
    method: strategy?.method,
    reason,
  };
  if (name === 'login.failed') parts.events.refused(name, { ...members, aal: row.requestedAal });
  else if (name === 'verification.failed') parts.events.refused(name, { ...members, via: viaOf(at) });
  else parts.events.refused(name, members);
}

const accountOfRequest = ({ row }: FlowRequest, prepared: PreparedValues | undefined) =>
  prepared === undefined ? row.identityId : accountOf(prepared);

function reasonOf(request: FlowRequest, at: Position, by: string | undefined): Reason {
  if (by === 'hook.fail') return 'hook';
  if (by === 'store.stale') return 'conflict';
  return reasonOfMessages(at.context.messages, returned(request));
}

/** The kind of the address that the flow is about. */
function viaOf({ context: { values } }: Position): 'email' | 'sms' | undefined {
  if (typeof values['email'] === 'string') return 'email';
  return typeof values['sms'] === 'string' ? 'sms' : undefined;
}

/** Who changes an account by this request. */
export function changerOf(parts: Pick<EventParts, 'config' | 'clock'>, request: FlowRequest): Changer {
  const { row, requester } = request;
  const proof = requester.session?.session.methods.at(-1)?.method ?? '';
  return {
    by: row.kind === 'settings' && proof.endsWith('_recovery') ? 'recovery' : 'self',
    about: { flow: row.id, device: deviceOf(parts, request, requester.session?.identity) },
    recovers: row.kind === 'recovery',
    client: { ip: requester.ip, userAgent: requester.userAgent },
    ends: { one: row.kind === 'logout' ? 'logout' : 'replaced', others: 'hook' },
  };
}

/** `known`: the account of the request knew the browser before. Absent where devices are not told apart. */
function deviceOf(
  parts: Pick<EventParts, 'config' | 'clock'>,
  { row, requester, device }: FlowRequest,
  account: Identity | undefined,
): About['device'] {
  if (row.type === 'api') return 'app';
  if (!parts.config.limits.devices) return undefined;
  const known = device ?? (account && ownDevice(parts, requester, account));
  return known === undefined ? 'new' : 'known';
}

/** Whom an event is about, as far as it is known. */
interface Who {
  readonly id: string | undefined;
  readonly account: Identity | undefined;
  /** The address that was proved. */
  readonly proved?: string | undefined;
}

/** What every event of a request says of it. */
export function about(parts: EventParts, request: FlowRequest, at: Position, { id, account, proved }: Who): About {
  return {
    flow: request.row.id,
    identity: id,
    device: deviceOf(parts, request, account),
    identifier: proved === undefined || proved === '' ? identifierOf(parts, at) : proved,
  };
}

/** What was typed to say who somebody is; else what a registration's draft would sign in with. */
function identifierOf(
  { schemas }: Pick<EventParts, 'schemas'>,
  { context: { values, draft } }: Position,
): string | undefined {
  const typed = values['identifier'] ?? values['email'] ?? values['sms'];
  if (typeof typed === 'string') return lookupIdentifier(typed);
  if (draft === null) return undefined;
  const schema = must(schemas.get(draft.identity.schemaId), `Schema ${draft.identity.schemaId}`);
  const { identifiers, verifiable } = schema.deriveStored(draft.identity.traits);
  return Object.values(identifiers).flat()[0] ?? verifiable[0]?.value;
}
