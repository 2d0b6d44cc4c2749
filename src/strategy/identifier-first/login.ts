import { input, type Node } from '../../flow/json.ts';
import { lookupIdentifier } from '../../identity/identifier.ts';
import { isFirstFactor } from '../../identity/credentials.ts';
import type { CredentialType, IdentityReads } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import type { Identifier } from '../../kernel/id.ts';
import { say } from '../../kernel/messages.ts';
import { decode, textOf } from '../decode.ts';
import type { Attempt, Body, Strategy, View } from '../strategy.ts';

export interface IdentifierFirstParts {
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  /** Unknown identifiers are answered like known ones. */
  readonly mitigate: boolean;
  /** Types besides password whose entry alone means that the person can sign in with it here. */
  readonly ways?: readonly CredentialType[];
}

/** Who signs in, on a page of its own; then the ways they have (self-service.md 14.2). */
export function createIdentifierFirst({ schemas, identities, mitigate, ways = [] }: IdentifierFirstParts): Strategy {
  async function attempt(body: Body): Promise<Attempt> {
    const identifier = textOf(decode(body, [{ name: 'identifier', type: 'string' }]), 'identifier');
    if (identifier === undefined)
      return { kind: 'reject', values: {}, messages: [say(4000002, { property: 'identifier' }, 'identifier')] };
    const values = { identifier };
    // With mitigation on nothing is looked up: there is no difference to see, not even in time.
    if (!mitigate && !(await hasWayIn(lookupIdentifier(identifier))))
      return { kind: 'reject', values, messages: [say(4000037, undefined, 'identifier')] };
    return { kind: 'challenge', page: 'credentials', draft: undefined, values, messages: [], sealed: undefined };
  }

  /** The schema gives everybody an entry for passwords and codes: one without a secret signs nobody in. */
  async function hasWayIn(identifier: Identifier | undefined): Promise<boolean> {
    if (identifier === undefined) return false;
    const found = await identities.findByIdentifier('password', identifier);
    if (found !== undefined && isFirstFactor(found.credential)) return true;
    const types = (await identities.whoHas([identifier]))?.types ?? [];
    return types.some((type) => ways.includes(type));
  }

  function nodes({ page, values, schemaId }: View): readonly Node[] {
    const typed = typeof values['identifier'] === 'string' ? values['identifier'] : '';
    const label = schemas.get(schemaId)?.identifierLabel ?? say(1070004);
    const second = page === 'credentials';
    const field = input('identifier_first', 'identifier', second ? 'hidden' : 'text', {
      value: typed,
      required: true,
      autocomplete: 'username webauthn',
      label,
    });
    return second
      ? [field]
      : [field, input('identifier_first', 'method', 'submit', { value: 'identifier_first', label: say(1070009) })];
  }

  return {
    method: 'identifier_first',
    flow: 'login',
    pages: ['identifier', 'credentials'],
    claims: (method) => method === 'identifier_first',
    guards: () => [],
    nodes,
    attempt,
  };
}
