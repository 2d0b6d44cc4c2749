import { input, type Node } from '../../flow/json.ts';
import { afterChange, type Factors } from '../../identity/credentials.ts';
import type { Credential, Identity } from '../../identity/identity.ts';
import { bodyField } from '../../kernel/body.ts';
import { must } from '../../kernel/error.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import { challengesOf, type Issued, type Place } from '../ceremony/challenge.ts';
import {
  hexId,
  isFull,
  keyContext,
  keysConfig,
  storedHandle,
  storedKeys,
  type StoredKey,
} from '../ceremony/stored-key.ts';
import { draftOf } from '../draft.ts';
import { putAside } from '../put-aside.ts';
import type { Attempt, AttemptContext, Body, PreparedWrites, Strategy, View } from '../strategy.ts';
import { brings } from './body.ts';
import {
  creationNodes,
  excessOf,
  FIELD,
  isRefusal,
  NAME_FIELD,
  readKey,
  refusalMessage,
  type Refusal,
  tooLong,
} from './creation.ts';
import { identityHandle } from './handle.ts';
import { TYPE, type WebAuthnParts } from './webauthn-parts.ts';

const REMOVE = 'webauthn_remove';

export interface WebAuthnSettingsParts extends WebAuthnParts {
  readonly factors: Pick<Factors, 'remains'>;
}

/** What a submit asks for, proved as far as the submit can prove it. Plain JSON, so that it can be put aside. */
type Asked =
  | { readonly add: JsonObject; readonly id: string }
  | { readonly remove: string }
  /** So many characters has the name. */
  | { readonly long: number }
  | { readonly refused: Refusal | 'unnamed' | 'nothing' };

/** Adds security keys to a signed-in person's, and removes them while a way to sign in remains. */
export function createWebAuthnSettings(parts: WebAuthnSettingsParts): Strategy {
  const { name, identities, factors, passwordless } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    if (at.type === 'api') return refuse(say(4010004));
    const identity = must(at.identity, 'The signed-in identity');
    const asked = at.returned ? parseAsked(at.vault) : await askedIn(body, at);
    // A key is put aside once it is verified: its challenge is used up when the person comes back.
    if (!at.privileged && !at.returned) return putAside(name, identity, asked);
    if ('refused' in asked) return refuse(messageOf(asked.refused));
    if ('long' in asked) return refuse(tooLong(asked.long));
    const credentials = await identities.credentials(identity.id);
    const writes = 'add' in asked ? add(identity, credentials, asked) : remove(credentials, asked.remove);
    if ('id' in writes) return refuse(writes);
    const proof = { method: name, aal: passwordless ? 'aal1' : 'aal2', completedAt: at.now } as const;
    return { kind: 'accept', draft: draftOf(identity), writes: { ...writes, ...('add' in asked && { proof }) } };
  }

  async function askedIn(body: Body, at: AttemptContext): Promise<Asked> {
    const gone = bodyField(body, REMOVE) ?? '';
    if (gone !== '') return { remove: gone };
    if (!brings(body, FIELD)) return { refused: 'nothing' };
    const displayName = bodyField(body, NAME_FIELD) ?? '';
    if (displayName === '') return { refused: 'unnamed' };
    const long = excessOf(displayName);
    if (long !== undefined) return { long };
    const made = await readKey(parts, bodyField(body, FIELD), {
      issued: issuedAt(parts, at),
      displayName,
      now: at.now,
    });
    return isRefusal(made) ? { refused: made } : { add: made.key, id: made.id.toString('base64url') };
  }

  function remove(credentials: readonly Credential[], hex: string): PreparedWrites | Message {
    const current = credentials.find(({ type }) => type === TYPE);
    const gone = current && storedKeys(current).find((key) => hexId(key) === hex);
    if (current === undefined || gone === undefined) return say(4000001, { reason: UNKNOWN });
    if (isOnlyWay(factors, credentials, current, gone)) return say(4000001, { reason: ONLY_WAY }, REMOVE);
    const config = withoutKey(current, gone);
    return config === undefined ? { removed: [TYPE] } : { credentials: [{ type: TYPE, config }] };
  }

  return {
    method: name,
    flow: 'settings',
    pages: ['form', 'success', 'held'],
    changesFactors: true,
    claims: (method, body) =>
      method === name || ((method ?? '') === '' && (brings(body, FIELD) || brings(body, REMOVE))),
    guards: () => [],
    nodes: (view) => nodes(parts, view),
    attempt,
  };
}

const UNKNOWN = 'There is no such security key.';
const ONLY_WAY = 'This is the only way you can sign in. Set a password, or add another security key, first.';
const FULL = 'You have as many security keys as an account may have. Remove one first.';
const YOURS = 'This security key is yours already.';

const refuse = (message: Message): Attempt => ({ kind: 'reject', values: {}, messages: [message] });

function messageOf(refused: Refusal | 'unnamed' | 'nothing'): Message {
  if (refused === 'unnamed') return say(4000002, { property: NAME_FIELD }, NAME_FIELD);
  if (refused === 'nothing') return say(4000001, { reason: 'Say which security key to add or remove.' });
  return refusalMessage(refused);
}

/** The credential with one more key. That no other account has the key is seen by the store. */
function add(
  { id }: Identity,
  credentials: readonly Credential[],
  asked: { readonly add: JsonObject; readonly id: string },
): PreparedWrites | Message {
  if (credentials.some((each) => storedKeys(each).some((key) => key.id.toString('base64url') === asked.id)))
    return say(4000001, { reason: YOURS });
  const current = credentials.find(({ type }) => type === TYPE);
  if (isFull(current)) return say(4000001, { reason: FULL });
  const keys = current === undefined ? [] : storedKeys(current).map(({ stored }) => stored);
  const config = { ...current?.config, ...keysConfig([...keys, asked.add], handleFor(id, current)) };
  return { credentials: [{ type: TYPE, config }] };
}

/** One handle for all keys of a person: the first one stays. */
const handleFor = (id: Identity['id'], credential: Credential | undefined): Buffer =>
  (credential && storedHandle(credential)) ?? identityHandle(id);

/** Undefined: no key is left. */
function withoutKey(credential: Credential, gone: StoredKey): JsonObject | undefined {
  const left = storedKeys(credential).filter(({ id }) => !id.equals(gone.id));
  return left.length === 0 ? undefined : { ...credential.config, credentials: left.map(({ stored }) => stored) };
}

/** True when nobody could sign in without the key. A key that is a second factor signs nobody in. */
function isOnlyWay(
  factors: Pick<Factors, 'remains'>,
  credentials: readonly Credential[],
  current: Credential,
  key: StoredKey,
): boolean {
  if (!key.passwordless) return false;
  const config = withoutKey(current, key);
  return !factors.remains(afterChange(credentials, TYPE, config && { config }));
}

/** Put aside by `attempt`. */
function parseAsked(value: Json | undefined): Asked {
  if (!isObject(value)) return { refused: 'nothing' };
  const { add: key, id, remove, long, refused } = value;
  if (isObject(key) && typeof id === 'string') return { add: key as JsonObject, id }; // JSON as it was put aside
  if (typeof remove === 'string') return { remove };
  if (typeof long === 'number') return { long };
  return { refused: refused === 'unnamed' || isRefusal(refused) ? refused : 'nothing' };
}

/** A challenge ends with whatever is stored: the form makes several keys, each by one of its own. */
const issuedAt = (parts: WebAuthnParts, place: Place & Pick<View, 'identity' | 'revision'>): readonly Issued[] =>
  challengesOf(parts, place, { ceremony: 'enrolment', person: place.identity, revision: place.revision });

function nodes(parts: WebAuthnSettingsParts, view: View): readonly Node[] {
  const { identity, credentials, type, flowId } = view;
  if (identity === undefined || type === 'api') return [];
  const current = credentials.find((each) => each.type === TYPE);
  const keys = current === undefined ? [] : storedKeys(current);
  const removals = keys
    .toSorted((one, other) => (hexId(one) < hexId(other) ? -1 : 1))
    .map((key) =>
      input(TYPE, REMOVE, 'submit', {
        value: hexId(key),
        disabled: current !== undefined && isOnlyWay(parts.factors, credentials, current, key),
        label: say(1050018, keyContext(key)),
      }),
    );
  const [issued] = issuedAt(parts, view);
  if (issued === undefined) return removals;
  const owner = { handle: handleFor(identity.id, current), name: nameOf(parts, view, identity) };
  // Authenticators with a passkey of the person may have a key beside it.
  const creation = creationNodes(parts, { issued, owner, exclude: keys, label: say(1050012) });
  return [...removals, ...creation, parts.webAuthnScript(flowId)];
}

/** The trait by which the person signs in with keys, else the name of the site. */
function nameOf({ schemas, party }: WebAuthnParts, { schemaId }: View, { traits }: Identity): string {
  const [identifier] = schemas.get(schemaId)?.deriveStored(traits).identifiers.webauthn ?? [];
  return identifier ?? party.displayName;
}
