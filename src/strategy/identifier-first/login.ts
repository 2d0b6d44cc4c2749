import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import { lookupIdentifier } from '../../identity/identifier.ts';
import type { IdentityReads } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import type { Identifier } from '../../kernel/id.ts';
import { say } from '../../kernel/messages.ts';
import { decode, textOf } from '../decode.ts';
import { withoutIdentifier } from '../emptied-identifier.ts';
import type { MethodParts, NamedWay } from '../method-parts.ts';
import { withWays } from '../offered-ways.ts';
import type { Attempt, Body, AttemptContext, Strategy, View } from '../strategy.ts';

export interface IdentifierFirstParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  readonly groups: Pick<MethodParts['groups'], 'identifier'>;
  /** An unknown identifier is answered like a known one. */
  readonly mitigate: boolean;
  /** The methods that sign people in alone. */
  readonly firstFactors: readonly MethodName[];
  /** The ways to sign in that the methods have made. */
  ways(): readonly NamedWay[];
}

/** Takes the identifier on a page of its own; the next page shows the ways to sign in that the person has. */
export function createIdentifierFirst({
  name,
  schemas,
  identities,
  groups,
  mitigate,
  firstFactors,
  ways,
}: IdentifierFirstParts): Strategy {
  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const identifier = textOf(decode(body, [{ name: 'identifier', type: 'string' }]), 'identifier');
    if (identifier === undefined)
      return {
        kind: 'reject',
        values: withoutIdentifier(at),
        messages: [say(4000002, { property: 'identifier' }, 'identifier')],
      };
    const values = { identifier };
    const alone = firstFactors.length === 1 ? ways().find(({ method }) => method === firstFactors[0]) : undefined;
    if (alone?.begin !== undefined) return await alone.begin(identifier, at);
    let found: readonly NamedWay[] | undefined;
    // With mitigation on nothing is looked up: there is no difference to see, not even in time.
    if (!mitigate) {
      found = await waysOf({ identities, ways }, lookupIdentifier(identifier));
      if (found.length === 0) return { kind: 'reject', values, messages: [say(4000037, undefined, 'identifier')] };
      const begin = found.length === 1 ? found[0]?.begin : undefined;
      if (begin !== undefined) return await begin(identifier, at);
    }
    const left = { ...values, ...withWays(found?.map(({ method }) => method)) };
    return { kind: 'challenge', page: 'credentials', draft: undefined, values: left, messages: [], writes: undefined };
  }

  function nodes({ page, values, schemaId }: View): readonly Node[] {
    const typed = typeof values['identifier'] === 'string' ? values['identifier'] : '';
    const label = schemas.get(schemaId)?.identifierLabel ?? say(1070004);
    const second = page === 'credentials';
    const field = input(groups.identifier, 'identifier', second ? 'hidden' : 'text', {
      value: typed,
      required: true,
      autocomplete: 'username webauthn',
      label,
    });
    return second
      ? [field]
      : [field, input(groups.identifier, 'method', 'submit', { value: name, label: say(1070009) })];
  }

  return {
    method: name,
    flow: 'login',
    pages: ['identifier', 'credentials'],
    claims: (method) => method === name,
    guards: () => [],
    nodes,
    attempt,
  };
}

/** The ways the person with this identifier has. */
async function waysOf(
  { identities, ways }: Pick<IdentifierFirstParts, 'identities' | 'ways'>,
  identifier: Identifier | undefined,
): Promise<readonly NamedWay[]> {
  if (identifier === undefined) return [];
  const owner = await identities.whoHas([identifier]);
  const found: NamedWay[] = [];
  for (const way of ways()) if (await way.has(identifier, owner)) found.push(way);
  return found;
}
