import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import { draftOf } from '../draft.ts';
import { findCredential } from '../find-credential.ts';
import type { IdentityReads } from '../../identity/identity.ts';
import { must } from '../../kernel/error.ts';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import { decode, textOf } from '../decode.ts';
import type { Attempt, Body, AttemptContext, Strategy } from '../strategy.ts';
import type { Hasher } from './hasher.ts';
import { placeOf } from './place.ts';
import type { PasswordPolicy } from './policy.ts';

export interface PasswordSettingsParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly identities: IdentityReads;
  readonly hasher: Hasher;
  readonly policy: PasswordPolicy;
}

/** Changes a signed-in person's password; a session that is too old has to be confirmed first. */
export function createPasswordSettings({ name, identities, hasher, policy }: PasswordSettingsParts): Strategy {
  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const identity = must(at.identity, 'The signed-in identity');
    const draft = draftOf(identity);
    /** Stored now if the person has proved themselves lately enough, else put aside until they have. */
    const keep = (config: JsonObject): Attempt =>
      at.privileged
        ? { kind: 'accept', draft, writes: { credentials: [{ type: 'password', config }] } }
        : { kind: 'hold', draft, writes: { vault: { kind: `held:${name}`, value: config } } };
    if (isObject(at.vault) && typeof at.vault['hashed_password'] === 'string' && at.returned)
      return keep({ hashed_password: at.vault['hashed_password'] });
    const password = textOf(decode(body, [{ name: 'password', type: 'string' }]), 'password');
    if (password === undefined)
      return { kind: 'reject', values: {}, messages: [say(4000002, { property: 'password' }, 'password')] };
    const current = await findCredential(identities, identity, 'password');
    const identifiers = current?.identifiers ?? [];
    // A password that nothing signs in with would only seem to be one.
    if (identifiers.length === 0) return { kind: 'reject', values: {}, messages: [say(4000009)] };
    const weak = await policy.check(password, identifiers);
    if (weak !== undefined) return { kind: 'reject', values: {}, messages: [weak] };
    const place = placeOf(at.client, identity.id);
    const before = current?.config['hashed_password'];
    if (
      typeof before === 'string' &&
      before !== '' &&
      at.privileged &&
      (await hasher.verify(password, before, place))
    ) {
      return { kind: 'reject', values: {}, messages: [say(4000039, undefined, 'password')] };
    }
    return keep({ hashed_password: await hasher.hash(password, place) });
  }

  const nodes = (): readonly Node[] => [
    input('password', 'password', 'password', { required: true, autocomplete: 'new-password', label: say(1070001) }),
    input('password', 'method', 'submit', { value: name, label: say(1070003) }),
  ];

  return {
    method: name,
    flow: 'settings',
    pages: ['form', 'success', 'held'],
    claims: (method) => method === name,
    admit: (client) => hasher.admit(placeOf(client)),
    guards: () => [],
    nodes,
    attempt,
  };
}
