import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import { isProblem, type IdentitySchemas } from '../../identity/schema.ts';
import type { Clock } from '../../kernel/clock.ts';
import { must } from '../../kernel/error.ts';
import { say } from '../../kernel/messages.ts';
import type { Ids } from '../../kernel/random.ts';
import { textOf } from '../decode.ts';
import { registrationDraft } from '../draft.ts';
import type { Attempt, Body, AttemptContext, Strategy, View } from '../strategy.ts';
import { readTraits, traitNodes } from '../traits.ts';
import type { Hasher } from './hasher.ts';
import { placeOf } from './place.ts';
import type { PasswordPolicy } from './policy.ts';

export interface PasswordRegistrationParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly schemas: IdentitySchemas;
  readonly hasher: Hasher;
  readonly policy: PasswordPolicy;
  readonly clock: Clock;
  readonly random: Ids;
}

/** Registers an account with traits and a password. */
export function createPasswordRegistration({
  name,
  schemas,
  hasher,
  policy,
  clock,
  random,
}: PasswordRegistrationParts): Strategy {
  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const schema = must(schemas.get(at.schemaId), `Schema ${at.schemaId}`);
    const { traits, values, decoded } = readTraits(schema, body, [{ name: 'password', type: 'string' }]);
    const password = textOf(decoded, 'password');
    const derived = schema.derive(traits);
    const missing = password === undefined ? [say(4000002, { property: 'password' }, 'password')] : [];
    if (isProblem(derived)) return { kind: 'reject', values, messages: [...derived, ...missing] };
    if (password === undefined) return { kind: 'reject', values, messages: missing };
    const identifiers = derived.identifiers.password ?? [];
    if (identifiers.length === 0) return { kind: 'reject', values, messages: [say(4000009)] };
    const weak = await policy.check(password, identifiers);
    if (weak !== undefined) return { kind: 'reject', values, messages: [weak] };
    const hashed = await hasher.hash(password, placeOf(at.client, identifiers[0]));
    return {
      kind: 'accept',
      values,
      draft: registrationDraft(schema.id, traits, random, at.now),
      writes: {
        proof: { method: name, aal: 'aal1', completedAt: clock.now() },
        credentials: [{ type: 'password', config: { hashed_password: hashed } }],
      },
    };
  }

  function nodes({ page, schemaId, values, messages }: View): readonly Node[] {
    if (page === 'traits') return [];
    const schema = must(schemas.get(schemaId), `Schema ${schemaId}`);
    return [
      ...traitNodes(schema, { group: 'default', values, hidden: page === 'credentials', messages }),
      input('password', 'password', 'password', { required: true, autocomplete: 'new-password', label: say(1070001) }),
      input('password', 'method', 'submit', { value: name, label: say(1040001) }),
    ];
  }

  return {
    method: name,
    flow: 'registration',
    pages: ['form', 'traits', 'credentials'],
    claims: (method) => method === name,
    admit: (client) => hasher.admit(placeOf(client)),
    guards: () => [],
    nodes,
    attempt,
  };
}
