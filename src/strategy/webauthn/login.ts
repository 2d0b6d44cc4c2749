import { input, type Node } from '../../flow/json.ts';
import { lookupIdentifier } from '../../identity/identifier.ts';
import type { Credential, Identity } from '../../identity/identity.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { Ids } from '../../kernel/random.ts';
import { parseAssertionAnswer, type AssertionAnswer } from '../ceremony/answer.ts';
import { challengesOf, type Issued } from '../ceremony/challenge.ts';
import { requestOptions } from '../ceremony/options.ts';
import { spendOf } from '../ceremony/spend-of.ts';
import { storedHandle } from '../ceremony/stored-key.ts';
import { verifyAssertion } from '../ceremony/verify-assertion.ts';
import { DEACTIVATED, isDeactivated } from '../active-account.ts';
import { comparedText, decode, sends, textOf } from '../decode.ts';
import { loginDraft } from '../draft.ts';
import { withoutIdentifier } from '../emptied-identifier.ts';
import { findCredential } from '../find-credential.ts';
import { factorTries } from '../factor-tries.ts';
import { isOffered } from '../offered-ways.ts';
import type { Attempt, AttemptContext, Body, Strategy, Values, View } from '../strategy.ts';
import { brings } from './body.ts';
import { decoyKey } from './decoy.ts';
import { identityHandle } from './handle.ts';
import { answerNode, keysInUse, TIMEOUT, triggerNode, TYPE, type WebAuthnParts } from './webauthn-parts.ts';

export interface WebAuthnLoginParts extends WebAuthnParts {
  /** An unknown identifier is answered like a known one. */
  readonly mitigate: boolean;
  readonly random: Ids;
}

export interface WebAuthnLogin extends Strategy {
  /** Leads to the page that asks for the key, for a person who has no other way to sign in. */
  ask(identifier: string, at: AttemptContext): Promise<Attempt>;
}

const FIELD = 'webauthn_login';
const FIELDS = ['identifier', FIELD].map((name) => ({ name, type: 'string' }) as const);

/** Whose key is asked for. */
interface Owner {
  readonly identity: Identity;
  readonly credential: Credential;
}

/**
 * Signs in with a security key: alone, for a person who has said who they are, or as the second factor of a session. Which of the
 * two, the configuration says for the whole server.
 */
export function createWebAuthnLogin(parts: WebAuthnLoginParts): WebAuthnLogin {
  const { name, passwordless } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    if (at.type === 'api') return refuse(at.values, say(4010002));
    const decoded = decode(body, FIELDS);
    const identifier = textOf(decoded, 'identifier');
    if (identifier === undefined) {
      return refuse(withoutIdentifier(at), say(4000002, { property: 'identifier' }, 'identifier'));
    }
    if (asksWho(at)) return await ask(identifier, at);
    const owner = await ownerOf(parts, identifier, at);
    // Whoever goes back and says that they are somebody else is asked for that account's key.
    if (!sends(body, FIELD) && at.page === 'key') return await ask(identifier, at);
    const parsed = parseAssertionAnswer(comparedText(decoded, FIELD));
    if (parsed === undefined)
      return refuse(at.values, say(4000001, { reason: 'The answer of the browser cannot be read.' }));
    // Somebody was asked for a key that nobody has.
    const unknown = parts.mitigate && at.page === 'key' ? 4000008 : 4000015;
    if (owner === undefined) return refuse(at.values, say(unknown));
    return await prove(parts, parsed.answer, owner, at);
  }

  async function ask(identifier: string, at: AttemptContext): Promise<Attempt> {
    const owner = await ownerOf(parts, identifier, at);
    if (owner === undefined && !parts.mitigate)
      return refuse(at.page === 'key' ? at.values : { identifier }, say(4000015));
    const messages = [say(1010012)];
    return {
      kind: 'challenge',
      page: 'key',
      draft: undefined,
      identity: owner?.identity,
      values: { identifier },
      messages,
      writes: undefined,
    };
  }

  return {
    method: name,
    flow: 'login',
    factor: passwordless ? 'first' : 'second',
    pages: passwordless ? ['form', 'identifier', 'credentials', 'confirm', 'key'] : ['second', 'confirm'],
    // The script sends the form without a method.
    claims: (method, body) => method === name || ((method ?? '') === '' && brings(body, FIELD)),
    guards: (_body, about) =>
      passwordless ? [{ budget: 'networkFailures', subject: about.network }] : factorTries(about),
    nodes: (view) => nodes(parts, view),
    attempt,
    ask,
  };
}

/** The session says who it is where there is one; else the identifier. Undefined for whoever has no key to sign in with. */
async function ownerOf(
  parts: WebAuthnLoginParts,
  identifier: string,
  { identity }: AttemptContext,
): Promise<Owner | undefined> {
  const { identities } = parts;
  if (identity !== undefined) {
    const credential = await findCredential(identities, identity, TYPE);
    return keysInUse(credential, parts).length > 0 && credential ? { identity, credential } : undefined;
  }
  const canonical = lookupIdentifier(identifier);
  const found = canonical && (await identities.findByIdentifier(TYPE, canonical));
  return found && keysInUse(found.credential, parts).length > 0 ? found : undefined;
}

const refuse = (values: Values, message: Message): Attempt => ({ kind: 'reject', values, messages: [message] });

/** A page on which nobody has said yet who they are. */
const asksWho = ({ page, identity }: AttemptContext): boolean => page !== 'key' && identity === undefined;

async function prove(
  parts: WebAuthnLoginParts,
  answer: AssertionAnswer | 'broken',
  { identity, credential }: Owner,
  at: AttemptContext,
): Promise<Attempt> {
  const { name, party, passwordless, random } = parts;
  const { values } = at;
  const handle = storedHandle(credential);
  const assertion = await verifyAssertion(answer, {
    party,
    issued: issuedTo(parts, at, identity),
    userVerification: 'discouraged',
    keys: keysInUse(credential, parts),
    // Keys of imported people may have been made with either.
    handles: [...(handle === undefined ? [] : [handle]), identityHandle(identity.id)],
    discovers: false,
  });
  const wrong = say(4000008);
  if (!assertion.ok) {
    const copied = assertion.why === 'counter' ? TYPE : undefined;
    return { kind: 'reject', values, messages: [wrong], identity: identity.id, copied };
  }
  if (isDeactivated(identity)) return { kind: 'reject', values, messages: [DEACTIVATED], identity: identity.id };
  return {
    kind: 'accept',
    values,
    identity,
    draft: loginDraft(identity, at, random),
    writes: {
      proof: { method: name, aal: passwordless ? 'aal1' : 'aal2', completedAt: at.now },
      spend: spendOf(credential, assertion, { message: wrong, now: at.now }),
    },
  };
}

const issuedTo = (
  parts: WebAuthnParts,
  place: Pick<View, 'flowId' | 'begunAt' | 'now'>,
  person: Identity | undefined,
): readonly Issued[] =>
  challengesOf(parts, place, { ceremony: parts.passwordless ? 'sign_in' : 'second_factor', person });

function nodes(parts: WebAuthnLoginParts, view: View): readonly Node[] {
  const { page, type, values } = view;
  if (type === 'api' || page === 'identifier') return [];
  const button = input(TYPE, 'method', 'submit', { value: parts.name, label: say(1010008) });
  if (page === 'credentials') return isOffered(values, TYPE) ? [button] : [];
  if (page === 'form') return [identifierField(parts, values, view), button];
  return askNodes(parts, view);
}

/** The person is known: their key is asked for. */
function askNodes(parts: WebAuthnLoginParts, view: View): readonly Node[] {
  const { page, identity, credentials, values, messages, flowId } = view;
  const credential = credentials.find(({ type }) => type === TYPE);
  const asked = page === 'key';
  const typed = textIn(values, 'identifier');
  const own = keysInUse(credential, parts);
  const allow = own.length === 0 && asked && parts.mitigate ? [decoyKey(parts.digests, typed)] : own;
  const [issued] = issuedTo(parts, view, identity);
  if (allow.length === 0 || issued === undefined) return [];
  const { party } = parts;
  const { challenge } = issued;
  const options = requestOptions({ party, challenge, timeout: TIMEOUT, allow, userVerification: 'discouraged' });
  const label = say(asked ? 1010013 : 1010008);
  const trigger = triggerNode('webauthn_login_trigger', { options, label, run: 'oryWebAuthnLogin' });
  const script = parts.webAuthnScript(flowId);
  const value = asked ? typed : (credential?.identifiers[0] ?? identity?.id ?? '');
  const who = input('default', 'identifier', 'hidden', { value, ...(asked && { required: true }) });
  const refused = messages.some((message) => message.type === 'error');
  return asked && !refused ? [who, script, trigger, answerNode(FIELD)] : [who, answerNode(FIELD), script, trigger];
}

const identifierField = ({ schemas }: WebAuthnParts, values: Values, { schemaId }: View): Node =>
  input('default', 'identifier', 'text', {
    value: textIn(values, 'identifier'),
    required: true,
    autocomplete: 'username webauthn',
    label: schemas.get(schemaId)?.identifierLabel ?? say(1070004),
  });

function textIn(values: Values, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}
