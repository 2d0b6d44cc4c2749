import { input, type Node } from '../../flow/json.ts';
import { lookupIdentifier } from '../../identity/identifier.ts';
import type { IdentityReads } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import { say } from '../../kernel/messages.ts';
import { decode, textOf } from '../decode.ts';
import type { Attempt, Body, Strategy, View } from '../strategy.ts';

export interface IdentifierFirstParts {
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  /** Unknown identifiers are answered like known ones. */
  readonly mitigate: boolean;
}

/** Who signs in, on a page of its own; then the ways they have (self-service.md 14.2). */
export function createIdentifierFirst({ schemas, identities, mitigate }: IdentifierFirstParts): Strategy {
  async function attempt(body: Body): Promise<Attempt> {
    const identifier = textOf(decode(body, [{ name: 'identifier', type: 'string' }]), 'identifier');
    if (identifier === undefined)
      return { kind: 'reject', values: {}, messages: [say(4000002, { property: 'identifier' }, 'identifier')] };
    const values = { identifier };
    const canonical = lookupIdentifier(identifier);
    const known = canonical !== undefined && (await identities.whoHas([canonical])) !== undefined;
    if (!known && !mitigate) return { kind: 'reject', values, messages: [say(4000037, undefined, 'identifier')] };
    return { kind: 'challenge', page: 'credentials', draft: undefined, values, messages: [], sealed: undefined };
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
