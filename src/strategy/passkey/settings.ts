import { input, type Node } from '../../flow/json.ts';
import { afterChange, type Factors } from '../../identity/credentials.ts';
import type { Credential, Identity } from '../../identity/identity.ts';
import { bodyField } from '../../kernel/body.ts';
import { must } from '../../kernel/error.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import { challengesOf, type Issued, type Place } from '../ceremony/challenge.ts';
import { hexId, isFull, keyContext, storedKeys, type StoredKey } from '../ceremony/stored-key.ts';
import { draftOf } from '../draft.ts';
import { putAside } from '../put-aside.ts';
import type { Attempt, AttemptContext, Body, Strategy, View } from '../strategy.ts';
import { isMade, passkeyOptions, readPasskey, type MadePasskey } from './creation.ts';
import { displayNameOf } from './display-name.ts';
import { withKey, withoutKey, type Changed } from './handles.ts';
import { brings, triggerNode, type PasskeyParts } from './passkey-parts.ts';

const FIELD = 'passkey_settings_register';
const REMOVE = 'passkey_remove';
const TYPE = 'passkey';

export interface PasskeySettingsParts extends PasskeyParts {
  readonly factors: Pick<Factors, 'remains'>;
}

/** What a submit asks for, proved as far as the submit can prove it. Plain JSON, so that it can be put aside. */
type Asked =
  { readonly add: JsonObject; readonly handle: string } | { readonly remove: string } | { readonly refused: string };

/** Adds a passkey to a signed-in person's, and removes one while another way to sign in remains. */
export function createPasskeySettings(parts: PasskeySettingsParts): Strategy {
  const { name, identities, factors } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const identity = must(at.identity, 'The signed-in identity');
    const asked = at.returned ? parseAsked(at.vault) : await askedIn(body, at);
    // A key is put aside once it is verified: its challenge is used up when the person comes back.
    if (!at.privileged && !at.returned) return putAside(name, identity, asked as unknown as Json); // plain JSON by its type
    if (asked === undefined || 'refused' in asked) return refuse(say(4000001, { reason: asked?.refused ?? NOTHING }));
    const credentials = await identities.credentials(identity.id);
    const current = credentials.find(({ type }) => type === TYPE);
    if ('add' in asked && isFull(current)) return refuse(say(4000001, { reason: FULL }));
    if ('add' in asked)
      return store(at, identity, withKey(current, asked.add, Buffer.from(asked.handle, 'base64')), true);
    const gone = current && storedKeys(current).find((key) => hexId(key) === asked.remove);
    if (current === undefined || gone === undefined) return refuse(say(4000001, { reason: UNKNOWN }));
    const changed = withoutKey(current, gone);
    if (!remains(factors, credentials, changed)) return refuse(say(4000001, { reason: ONLY_WAY }, REMOVE));
    return store(at, identity, changed, false);
  }

  async function askedIn(body: Body, at: AttemptContext): Promise<Asked | undefined> {
    const remove = bodyField(body, REMOVE);
    if (remove !== undefined && remove !== '') return { remove };
    if (!brings(body, FIELD)) return undefined;
    const made = await readPasskey(parts, bodyField(body, FIELD), { issued: issuedAt(parts, at), now: at.now });
    return isMade(made) ? kept(made) : { refused: reasonOf(made) };
  }

  function store(at: AttemptContext, identity: Identity, { config, identifiers }: Changed, added: boolean): Attempt {
    return {
      kind: 'accept',
      draft: draftOf(identity),
      writes: {
        ...(config === undefined ? { removed: [TYPE] } : { credentials: [{ type: TYPE, config, identifiers }] }),
        ...(added && { proof: { method: name, aal: 'aal1', completedAt: at.now } }),
      },
    };
  }

  return {
    method: name,
    flow: 'settings',
    pages: ['form', 'success', 'held'],
    changesFactors: true,
    claims: (method, body) =>
      method === name || ((method === undefined || method === '') && (brings(body, FIELD) || brings(body, REMOVE))),
    guards: () => [],
    nodes: (view) => nodes(parts, view),
    attempt,
  };
}

const NOTHING = 'Say which passkey to add or remove.';
const UNKNOWN = 'There is no such passkey.';
const FULL = 'You have as many passkeys as an account may have. Remove one first.';
const ONLY_WAY = 'This is the only way you can sign in. Set a password, or add another passkey, first.';

const refuse = (message: Message): Attempt => ({ kind: 'reject', values: {}, messages: [message] });

const reasonOf = ({ context }: Message): string =>
  typeof context?.['reason'] === 'string' ? context['reason'] : NOTHING;

const kept = ({ key, handle }: MadePasskey): Asked => ({ add: key, handle: handle.toString('base64') });

/** Put aside by `attempt`. */
function parseAsked(value: Json | undefined): Asked | undefined {
  if (!isObject(value)) return undefined;
  const { add, handle, remove, refused } = value as JsonObject; // JSON as it was put aside
  if (isObject(add) && typeof handle === 'string') return { add: add as JsonObject, handle }; // so was this
  if (typeof remove === 'string') return { remove };
  return typeof refused === 'string' ? { refused } : undefined;
}

/** True when the person can still sign in with the passkeys as they will be. */
function remains(
  factors: Pick<Factors, 'remains'>,
  credentials: readonly Credential[],
  { config, identifiers }: Changed,
): boolean {
  return factors.remains(afterChange(credentials, TYPE, config && { config, identifiers }));
}

/** A challenge ends with whatever is stored: the form makes several passkeys, each by one of its own. */
const issuedAt = (parts: PasskeyParts, place: Place & Pick<View, 'identity' | 'revision'>): readonly Issued[] =>
  challengesOf(parts, place, { ceremony: 'enrolment', person: place.identity, revision: place.revision });

function nodes(parts: PasskeySettingsParts, view: View): readonly Node[] {
  const { identity, credentials, schemaId, type, flowId } = view;
  const schema = parts.schemas.get(schemaId);
  if (identity === undefined || schema === undefined) return [];
  const current = credentials.find((each) => each.type === TYPE);
  const keys = current === undefined ? [] : storedKeys(current);
  const removals = keys.map((key) => removal(parts, view, current, key)).toSorted(byValue);
  const displayName = displayNameOf(schema, identity.traits);
  const options = displayName && passkeyOptions(parts, issuedAt(parts, view), { displayName, exclude: keys });
  // Who has no name to tell passkeys apart by can remove them, and add none.
  if (!options) return removals;
  return [
    ...(type === 'browser' ? [parts.webAuthnScript(flowId)] : []),
    ...removals,
    triggerNode('passkey_register_trigger', {
      type,
      value: '',
      label: say(1050019),
      run: 'oryPasskeySettingsRegistration',
    }),
    input('passkey', FIELD, 'hidden'),
    input('passkey', 'passkey_create_data', 'hidden', { value: JSON.stringify(options) }),
  ];
}

function removal(
  { factors }: PasskeySettingsParts,
  { credentials }: View,
  current: Credential | undefined,
  key: StoredKey,
): Node {
  const alone = current !== undefined && !remains(factors, credentials, withoutKey(current, key));
  return input(TYPE, REMOVE, 'submit', { value: hexId(key), disabled: alone, label: say(1050020, keyContext(key)) });
}

const byValue = (one: Node, other: Node): number => {
  const [a, b] = [one, other].map(({ attributes }) => ('value' in attributes ? String(attributes.value) : ''));
  return (a ?? '') < (b ?? '') ? -1 : 1;
};
