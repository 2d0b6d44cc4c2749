import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import { lookupIdentifier } from '../../identity/identifier.ts';
import type { IdentityReads } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import { bodyField } from '../../kernel/body.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Identifier } from '../../kernel/id.ts';
import { say } from '../../kernel/messages.ts';
import type { Message } from '../../kernel/message.ts';
import type { LimitKey } from '../../limit/limit.ts';
import type { Ids } from '../../kernel/random.ts';
import { DEACTIVATED, isDeactivated } from '../active-account.ts';
import { comparedText, decode, textOf, type Field } from '../decode.ts';
import { loginDraft } from '../draft.ts';
import { withoutIdentifier } from '../emptied-identifier.ts';
import { isOffered } from '../offered-ways.ts';
import type { Attempt, Beside, Body, AttemptContext, Guarded, NamedAccount, Strategy, View } from '../strategy.ts';
import type { Hasher } from './hasher.ts';
import { placeOf } from './place.ts';

export interface PasswordLoginParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  readonly hasher: Hasher;
  readonly clock: Clock;
  readonly random: Ids;
  /** True where refusals name the recovery, because not every right password can be tried. */
  leadsOn(): boolean;
}

const FIELDS: readonly Field[] = [
  { name: 'identifier', type: 'string' },
  { name: 'password_identifier', type: 'string' },
  { name: 'password', type: 'string' },
];

interface Typed {
  readonly identifier: string | undefined;
  readonly password: string | undefined;
}

function read(body: Body): Typed {
  const decoded = decode(body, FIELDS);
  return {
    identifier: textOf(decoded, 'identifier') ?? textOf(decoded, 'password_identifier'),
    password: comparedText(decoded, 'password'),
  };
}

/** Undefined also for a body that `attempt` is going to refuse. */
function identifierIn(body: Body): Identifier | undefined {
  try {
    const { identifier } = read(body);
    return identifier === undefined ? undefined : lookupIdentifier(identifier);
  } catch {
    return undefined; // the password is not tried
  }
}

function accountIn(body: Body): ReturnType<NonNullable<Strategy['account']>> {
  const identifier = identifierIn(body);
  return identifier && { type: 'password', identifier };
}

/**
 * What a password costs a stranger: of the network, of the account in that network, of the account over all strangers. A known
 * device has a budget of its own. Where it may be another one in the same network, it pays as that network's strangers do, and
 * for none of another network (security BF-2).
 */
function guards(body: Body, { network, device }: Guarded): readonly LimitKey[] {
  const canonical = identifierIn(body);
  if (canonical === undefined) return [];
  if (device?.shared === false) return [{ budget: 'deviceFailures', subject: `${canonical} ${device.name}` }];
  const pair = `${canonical} ${network}`;
  return [
    { budget: 'networkFailures', subject: network },
    { budget: 'passwordFailures', subject: pair },
    { budget: 'strangerFailures', subject: device === undefined ? canonical : pair },
  ];
}

/**
 * Signs in with an identifier and a password. An unknown identifier costs the same work as a known one, and every refusal
 * comes at the same time, so that neither tells which accounts exist (security PW-7).
 */
export function createPasswordLogin({
  name,
  schemas,
  identities,
  hasher,
  clock,
  random,
  leadsOn,
}: PasswordLoginParts): Strategy {
  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const { identifier, password } = read(body);
    const values = identifier === undefined ? withoutIdentifier(at) : { identifier };
    const missing = [
      ...(identifier === undefined ? [say(4000002, { property: 'identifier' }, 'identifier')] : []),
      ...(password === undefined ? [say(4000002, { property: 'password' }, 'password')] : []),
    ];
    if (identifier === undefined || password === undefined) return { kind: 'reject', values, messages: missing };
    // Strangers have tried too many for this account: no hash is made, and the other ways stay open.
    if (at.exhausted !== undefined)
      return { kind: 'reject', values, messages: [say(4900001, { retry_after: at.exhausted.retryAfter })] };
    // Every refusal is worded alike: it must not tell whose hash it is that is not tried.
    const messages = [say(4000006), ...(leadsOn() ? [say(1900009)] : [])];

    const canonical = lookupIdentifier(identifier);
    const found = canonical && (await accountNamed(identities, at, canonical));
    const place = placeOf(at.client, canonical);
    const hash = found?.credential.config['hashed_password'];
    const stored = typeof hash === 'string' && hash !== '' ? hash : undefined;
    const right = await hasher.signIn(password, stored, place);
    if (!right || found === undefined || stored === undefined)
      return { kind: 'reject', values, messages, identity: found?.identity.id };
    const { identity, credential } = found;
    if (isDeactivated(identity)) return { kind: 'reject', values, messages: [DEACTIVATED], identity: identity.id };
    const better = hasher.stale(stored) ? await hasher.hash(password, place).catch(() => undefined) : undefined;
    const rehash = better && { credential, config: { ...credential.config, hashed_password: better } };
    return {
      kind: 'accept',
      values,
      identity,
      draft: loginDraft(identity, at, random),
      writes: {
        proof: { method: name, aal: 'aal1', completedAt: clock.now() },
        ...(rehash !== undefined && { rehash }),
      },
    };
  }

  return {
    method: name,
    flow: 'login',
    pages: ['form', 'identifier', 'credentials', 'confirm'],
    claims: (method) => method === name,
    account: accountIn,
    admit: (client, body) => hasher.admit(placeOf(client, body && identifierIn(body))),
    guards,
    beside: besideAnother(name),
    nodes: (view) => nodes(name, view, labelOf(schemas, view)),
    attempt,
  };
}

/** Not looked up again where that has been done for its devices: the write step sees whether it has changed since. */
const accountNamed = async (
  identities: Pick<IdentityReads, 'findByIdentifier'>,
  { named }: AttemptContext,
  identifier: Identifier,
): Promise<NamedAccount['found']> =>
  named?.type === 'password' && named.identifier === identifier
    ? named.found
    : await identities.findByIdentifier('password', identifier);

const besideAnother = (name: MethodName): Beside => ({
  nodes: (owned) =>
    owned['password']?.[0] === undefined
      ? []
      : [
          input('default', 'password', 'password', {
            required: true,
            autocomplete: 'current-password',
            label: say(1070001),
          }),
        ],
  submit(body, owned) {
    const [identifier] = owned['password'] ?? [];
    const password = bodyField(body, 'password');
    if (identifier === undefined || password === undefined || password === '') return undefined;
    return { kind: 'json', value: { method: name, identifier, password } };
  },
});

const labelOf = (schemas: IdentitySchemas, { schemaId }: View): Message =>
  schemas.get(schemaId)?.identifierLabel ?? say(1070004);

function nodes(name: MethodName, { page, values, owned, refresh }: View, label: Message): readonly Node[] {
  const password = input('password', 'password', 'password', {
    required: true,
    autocomplete: 'current-password',
    label: say(1070001),
  });
  const button = (id: 1010001 | 1010022): Node =>
    input('password', 'method', 'submit', { value: name, label: say(id) });
  const typed = typeof values['identifier'] === 'string' ? values['identifier'] : '';
  if (refresh || page === 'confirm') {
    const [known] = owned['password'] ?? [];
    if (known === undefined) return [];
    return [input('default', 'identifier', 'hidden', { value: known }), password, button(1010001)];
  }
  if (page === 'identifier') return [];
  if (page === 'credentials') return isOffered(values, name) ? [password, button(1010022)] : [];
  return [input('default', 'identifier', 'text', { value: typed, required: true, label }), password, button(1010022)];
}
