import { input, type Node } from '../../flow/json.ts';
import type { Page } from '../../flow/page.ts';
import { lookupIdentifier } from '../../identity/identifier.ts';
import type { Address } from '../../identity/derive.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import { isUsable } from '../../secret/secret.ts';
import { comparedText, decode, sends, textOf } from '../decode.ts';
import { loginDraft } from '../draft.ts';
import { factorTries } from '../factor-tries.ts';
import type { Attempt, AttemptContext, Body, Strategy, Values, View } from '../strategy.ts';
import { codeTyped } from '../code-typed.ts';
import { exhausted, guesses, tooOld, tries } from './code-attempts.ts';
import { addressesOf, codeNodes, type CodeLoginParts } from './login.ts';

export interface CodeStepUpParts extends Omit<CodeLoginParts, 'schemas' | 'groups' | 'settings'> {
  readonly settings: {
    /** Milliseconds. */
    readonly lifespan: number;
    /** Somebody without addresses for codes is sent them to the addresses that are verified by messages. */
    readonly fallback: boolean;
  };
}

const FIELDS = ['identifier', 'address', 'code'].map((name) => ({ name, type: 'string' }) as const);
const PURPOSE = 'login_code';

/**
 * A second factor: the code that goes to an address of the signed-in person. What went to a mail address adds nothing to a
 * session that a message began, because it is the same mailbox (security SE-10).
 */
export function createCodeStepUp(parts: CodeStepUpParts): Strategy {
  const { name } = parts;
  return {
    method: name,
    flow: 'login',
    factor: 'second',
    pages: ['second', 'confirm', 'sent'],
    claims: (method, body, page) => method === name || (method === undefined && carriesOwn(body, page)),
    // The code pays for its flow, and every wrong second factor for the account of the session.
    guards: (body, about) => [...guesses.guards(body, about), ...(tries(body) ? factorTries(about) : [])],
    sum: guesses.sum,
    nodes: (view) => nodes(parts, view),
    async attempt(body, at) {
      const { identity } = at;
      if (identity === undefined) return refused(at.values, say(4010002));
      const decoded = decode(body, FIELDS);
      const asks = at.page !== 'sent' || sends(body, 'address') || sends(body, 'resend');
      const typed = textOf(decoded, 'identifier');
      if (asks) return await send(parts, textOf(decoded, 'address') ?? typed ?? sentTo(at), identity, at);
      if (!tries(body)) return refused(at.values, say(4000002, { property: 'code' }, 'code'));
      return await prove(parts, { code: comparedText(decoded, 'code'), typed }, identity, at);
    },
  };
}

/** Fields that no other method has on this page. */
const carriesOwn = (body: Body, page: Page): boolean =>
  sends(body, 'address') || (page === 'sent' && (sends(body, 'code') || sends(body, 'resend')));

const refused = (values: Values, message: Message): Attempt => ({ kind: 'reject', values, messages: [message] });

async function send(
  parts: CodeStepUpParts,
  typed: string | undefined,
  identity: Identity,
  at: AttemptContext,
): Promise<Attempt> {
  if (typed === undefined || typed === '') return refused({}, say(4000002, { property: 'identifier' }, 'identifier'));
  const to = await addressOf(parts, identity, typed, at);
  if (to === undefined) return refused({}, say(4000035));
  const { flowId, requestUrl, transientPayload, now } = at;
  const request = { flowId, requestUrl, transientPayload, to, identity, now, lifespan: parts.settings.lifespan };
  const { secret, mail } = parts.mailing.code(PURPOSE, 'login_code_valid', request);
  return {
    kind: 'challenge',
    page: 'sent',
    draft: undefined,
    identity,
    values: { identifier: to.value, ...(at.page === 'sent' && { again: true }) },
    messages: [say(1010014)],
    writes: { secrets: [secret], mails: [mail] },
  };
}

async function prove(
  parts: CodeStepUpParts,
  { code, typed }: { readonly code: string | undefined; readonly typed: string | undefined },
  identity: Identity,
  at: AttemptContext,
): Promise<Attempt> {
  const { values, now } = at;
  if (at.exhausted !== undefined) return refused(values, exhausted());
  const message = say(4010008);
  const digests = parts.codeDigests(PURPOSE, codeTyped(code));
  const found = await parts.secrets.find(at.flowId, PURPOSE, digests);
  const own = found?.identityId === identity.id && isSame(typed ?? found.address, found.address) ? found : undefined;
  const late = tooOld(own, now);
  if (late !== undefined) return late;
  if (!isUsable(own, now) || (await addressOf(parts, identity, own.address, at)) === undefined)
    return { kind: 'reject', values, messages: [message], identity: identity.id };
  const proof = { method: parts.name, aal: 'aal2', completedAt: now } as const;
  const writes = { uses: { purpose: PURPOSE, digests, message }, proof } as const;
  return { kind: 'accept', values, identity, draft: loginDraft(identity, at, parts.random), writes };
}

/** The address of the person, if it is one of those that this session can be given codes for. */
async function addressOf(
  { identities, settings }: CodeStepUpParts,
  { id, verifiableAddresses }: Identity,
  typed: string,
  { begunByMessage }: AttemptContext,
): Promise<Address | undefined> {
  const own = (await identities.credentials(id)).filter(({ type }) => type === 'code').flatMap(addressesOf);
  const all = own.length === 0 && settings.fallback ? verifiableAddresses : own;
  const found = all.find(({ value }) => isSame(value, typed));
  if (found === undefined || (begunByMessage && found.via === 'email')) return undefined;
  return { via: found.via, value: found.value };
}

/** The address that the page asks the code of. */
function sentTo({ page, values }: AttemptContext): string | undefined {
  const { identifier } = values;
  return page === 'sent' && typeof identifier === 'string' ? identifier : undefined;
}

/** Whether somebody who types an address means this one. */
const isSame = (one: string, other: string): boolean =>
  one === other || lookupIdentifier(one) === lookupIdentifier(other);

function nodes({ name, settings }: Pick<CodeStepUpParts, 'name' | 'settings'>, view: View): readonly Node[] {
  const { page, values, messages } = view;
  if (page !== 'sent')
    return addressesIn(view, settings.fallback).map((address) =>
      input('code', 'address', 'submit', { value: address, label: labelOf(address) }),
    );
  const { identifier } = values;
  const value = typeof identifier === 'string' ? identifier : '';
  // After a refusal, and once it was sent again, the reference draws the field without group and label.
  const plain = values['again'] === true || messages.some(({ type }) => type === 'error');
  return [
    plain
      ? input('default', 'identifier', 'hidden', { value })
      : input('code', 'identifier', 'hidden', { value, label: labelOf(value) }),
    ...codeNodes(name, 1070013),
  ];
}

/** Where codes can go, sorted: what the account has for them, else what it verifies. */
function addressesIn({ owned, identity, begunByMessage }: View, fallback: boolean): readonly string[] {
  const own = owned['code'] ?? [];
  const all = own.length === 0 && fallback ? (identity?.verifiableAddresses.map(({ value }) => value) ?? []) : own;
  return [...new Set(all)].filter((each) => !begunByMessage || channelOf(each) === 'sms').toSorted();
}

const channelOf = (address: string): 'email' | 'sms' => (address.includes('@') ? 'email' : 'sms');
const labelOf = (address: string) => say(1010023, { address, channel: channelOf(address) });
