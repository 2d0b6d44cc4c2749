import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import { lookupIdentifier } from '../../identity/identifier.ts';
import type { Credential, Identity, IdentityReads } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import type { Address } from '../../identity/derive.ts';
import { must } from '../../kernel/error.ts';
import { isObject } from '../../kernel/json.ts';
import { parseMailAddress, takesMail } from '../../kernel/mail-address.ts';
import { say } from '../../kernel/messages.ts';
import type { Ids } from '../../kernel/random.ts';
import type { OneTimeSecret, SecretPurpose, SecretReads } from '../../secret/secret.ts';
import { DEACTIVATED, isDeactivated } from '../active-account.ts';
import { comparedText, decode, sends, textOf } from '../decode.ts';
import { loginDraft } from '../draft.ts';
import { carriedIdentifier, withoutIdentifier } from '../emptied-identifier.ts';
import type { Mailed, Mailing } from '../mailing.ts';
import type { MethodParts } from '../method-parts.ts';
import { isOffered } from '../offered-ways.ts';
import type { Attempt, Body, AttemptContext, Strategy, View } from '../strategy.ts';
import { codeTyped } from '../code-typed.ts';
import { exhausted, guesses, tooOld, tries } from './code-attempts.ts';

export interface CodeLoginParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  readonly secrets: SecretReads;
  readonly mailing: Mailing;
  readonly random: Ids;
  readonly groups: Pick<MethodParts['groups'], 'identifier'>;
  codeDigests(purpose: SecretPurpose, code: string): readonly string[];
  readonly settings: {
    /** Milliseconds. */
    readonly lifespan: number;
    /** An unknown identifier is answered like a known one. */
    readonly mitigate: boolean;
  };
}

export interface CodeLogin extends Strategy {
  /** Sends the code at once, to a person who has no other way to sign in. */
  send(identifier: string, at: AttemptContext): Promise<Attempt>;
}

const FIELDS = ['identifier', 'address', 'code'].map((name) => ({ name, type: 'string' }) as const);
const PURPOSE = 'login_code';

/** Signs in with a code that goes to an address of the account. */
export function createCodeLogin(parts: CodeLoginParts): CodeLogin {
  const { name, identities, secrets, mailing, random, settings } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const decoded = decode(body, FIELDS);
    const identifier = textOf(decoded, 'identifier') ?? textOf(decoded, 'address') ?? carriedIdentifier(at);
    if (identifier === undefined) {
      const missing = say(4000002, { property: 'identifier' }, 'identifier');
      return { kind: 'reject', values: withoutIdentifier(at), messages: [missing] };
    }
    return at.page === 'sent' && tries(body)
      ? await prove(comparedText(decoded, 'code'), identifier, at)
      : await send(identifier, at);
  }

  async function send(identifier: string, at: AttemptContext): Promise<Attempt> {
    const canonical = lookupIdentifier(identifier);
    const found = canonical && (await identities.findByIdentifier('code', canonical));
    // A person who proves themselves again cannot become another account.
    const foreign = at.refresh && found !== undefined && found.identity.id !== at.identity?.id;
    const to = found === undefined || foreign ? [] : addressesFor(found.credential, canonical);
    const known = to.length > 0 ? found : undefined;
    if (known === undefined && !settings.mitigate)
      return { kind: 'reject', values: { identifier }, messages: [say(4000035)] };
    const typed = canonical === undefined ? undefined : typedAddress(canonical);
    // No message can go there, whether an account has the address or not: the answer is the same.
    if (known === undefined && typed === undefined)
      return { kind: 'reject', values: { identifier }, messages: [say(4000040, { value: identifier }, 'identifier')] };
    const mailed =
      known === undefined
        ? [stranger(must(typed, 'An address'), at)]
        : to.map((each) => mailing.code(PURPOSE, 'login_code_valid', askedOf(at, each, known.identity)));
    return {
      kind: 'challenge',
      page: 'sent',
      draft: undefined,
      identity: known?.identity,
      values: { identifier, ...(at.page !== 'form' && at.page !== 'sent' ? { step: at.page } : keptStep(at)) },
      messages: [say(1010014)],
      writes: { secrets: mailed.map(({ secret }) => secret), mails: mailed.map(({ mail }) => mail) },
    };
  }

  const stranger = (to: Address, at: AttemptContext): Mailed =>
    mailing.nobody(
      PURPOSE,
      { known: 'login_code_valid', unknown: 'login_code_valid' },
      askedOf(at, to, undefined),
      false,
    );

  const askedOf = (at: AttemptContext, to: Address, identity: Identity | undefined) => ({
    flowId: at.flowId,
    requestUrl: at.requestUrl,
    transientPayload: at.transientPayload,
    to,
    identity,
    now: at.now,
    lifespan: settings.lifespan,
  });

  async function prove(code: string | undefined, identifier: string, at: AttemptContext): Promise<Attempt> {
    if (at.exhausted !== undefined) return { kind: 'reject', values: at.values, messages: [exhausted()] };
    const message = say(4010008);
    const digests = parts.codeDigests(PURPOSE, codeTyped(code));
    const found = await secrets.find(at.flowId, PURPOSE, digests);
    const identity =
      found !== undefined && found.usedAt === undefined ? await holderOf(identities, found, identifier) : undefined;
    const late = identity && tooOld(found, at.now);
    if (late !== undefined) return late;
    if (identity === undefined) return { kind: 'reject', values: at.values, messages: [message] };
    if (isDeactivated(identity)) return { kind: 'reject', values: at.values, messages: [DEACTIVATED] };
    const proof = { method: name, aal: 'aal1', completedAt: at.now } as const;
    const writes = { uses: { purpose: PURPOSE, digests, message }, proof } as const;
    return { kind: 'accept', values: at.values, identity, draft: loginDraft(identity, at, random), writes };
  }

  return {
    method: name,
    flow: 'login',
    pages: ['form', 'identifier', 'credentials', 'confirm', 'sent'],
    claims: (method, body, page) =>
      method === name || (method === undefined && (page === 'sent' ? sends(body, 'code') : sends(body, 'address'))),
    ...guesses,
    nodes: (view) => nodes(parts, view),
    attempt,
    send,
  };
}

/**
 * The account of the identifier, if the code is one that it was sent: a code proves nothing for another account (security
 * CO-4), nor for one that no longer has the address.
 */
async function holderOf(
  identities: Pick<IdentityReads, 'findByIdentifier'>,
  code: OneTimeSecret,
  identifier: string,
): Promise<Identity | undefined> {
  const canonical = lookupIdentifier(identifier);
  const found = canonical && (await identities.findByIdentifier('code', canonical));
  if (!found || found.identity.id !== code.identityId) return undefined;
  const addresses = addressesFor(found.credential, canonical);
  return addresses.some(({ value }) => value === code.address) ? found.identity : undefined;
}

const keptStep = ({ values }: AttemptContext) => (typeof values['step'] === 'string' ? { step: values['step'] } : {});

/** Where a code to an account goes: to the address that was typed, else to all it has. */
function addressesFor(credential: Credential, canonical: string | undefined): readonly Address[] {
  const addresses = addressesOf(credential).filter((each) => each.via === 'sms' || takesMail(each));
  const own = addresses.filter(({ value }) => value === canonical);
  return own.length > 0 ? own : addresses;
}

/** Where a code to a stranger would go: a mail address, or anything without `@` as if it were a phone number. */
function typedAddress(canonical: string): Address | undefined {
  if (!canonical.includes('@')) return { via: 'sms', value: canonical };
  return parseMailAddress(canonical) === undefined ? undefined : { via: 'email', value: canonical };
}

/** Where an account takes codes. */
export function addressesOf({ config }: Credential): readonly Address[] {
  const { addresses } = config;
  if (!Array.isArray(addresses)) return [];
  return addresses.flatMap((each: unknown) =>
    isObject(each) && typeof each['address'] === 'string'
      ? [{ via: each['channel'] === 'sms' ? ('sms' as const) : ('email' as const), value: each['address'] }]
      : [],
  );
}

function nodes(
  { name, schemas, groups }: Pick<CodeLoginParts, 'name' | 'schemas' | 'groups'>,
  { page, values, schemaId, messages, owned, refresh }: View,
): readonly Node[] {
  const known = refresh ? (owned['code']?.[0] ?? owned['password']?.[0]) : undefined;
  const typed = typeof values['identifier'] === 'string' ? values['identifier'] : (known ?? '');
  const label = schemas.get(schemaId)?.identifierLabel ?? say(1070004);
  const send = input('code', 'method', 'submit', { value: name, label: say(1010015) });
  if (page === 'identifier') return [];
  if (page === 'credentials') return isOffered(values, name) ? [send] : [];
  if (page !== 'sent') return [input('default', 'identifier', 'text', { value: typed, required: true, label }), send];
  const refused = messages.some(({ type }) => type === 'error');
  const first = values['step'] === 'identifier' || values['step'] === 'credentials';
  const group = first ? groups.identifier : 'default';
  return [
    // After a refusal the reference draws the field without group and label.
    refused
      ? input('default', 'identifier', 'hidden', { value: typed })
      : input(group, 'identifier', 'hidden', {
          value: typed,
          required: true,
          ...(first && { autocomplete: 'username webauthn' }),
          label,
        }),
    ...codeNodes(name, 1070013),
  ];
}

/** The field for the code, and the buttons that submit it and send it again. */
export function codeNodes(name: MethodName, label: 1070012 | 1070013): readonly Node[] {
  return [
    input('code', 'method', 'hidden', { value: name }),
    input('code', 'code', 'text', { required: true, label: say(label) }),
    input('code', 'method', 'submit', { value: name, label: say(1070009) }),
    input('code', 'resend', 'submit', { value: name, label: say(1070008) }),
  ];
}
