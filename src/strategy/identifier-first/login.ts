import { input, type Node } from '../../flow/json.ts';
import { lookupIdentifier } from '../../identity/identifier.ts';
import { isFirstFactor } from '../../identity/credentials.ts';
import type { CredentialType, IdentityReads } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import type { Identifier } from '../../kernel/id.ts';
import { say } from '../../kernel/messages.ts';
import { decode, textOf } from '../decode.ts';
import type { CodeLogin } from '../code/login.ts';
import type { Attempt, Body, AttemptContext, Strategy, View } from '../strategy.ts';

export interface IdentifierFirstParts {
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  /** Unknown identifiers are answered like known ones. */
  readonly mitigate: boolean;
  /** Types besides password whose entry alone means that the person can sign in with it here. */
  readonly ways?: readonly CredentialType[];
  /** Where sign-in codes are on: sent at once to somebody who has no other way in. */
  readonly codes?: Pick<CodeLogin, 'send'> | undefined;
  /** No other method is switched on: then everybody is sent a code, and nobody is looked up. */
  readonly codesAlone?: boolean;
}

/** Login in two steps: the identifier on a page of its own, then the methods of its account. */
export function createIdentifierFirst({
  schemas,
  identities,
  mitigate,
  ways = [],
  codes,
  codesAlone = false,
}: IdentifierFirstParts): Strategy {
  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const identifier = textOf(decode(body, [{ name: 'identifier', type: 'string' }]), 'identifier');
    if (identifier === undefined)
      return { kind: 'reject', values: {}, messages: [say(4000002, { property: 'identifier' }, 'identifier')] };
    const values = { identifier };
    if (codes !== undefined && codesAlone) return await codes.send(identifier, at);
    // With mitigation on nothing is looked up: there is no difference to see, not even in time.
    if (!mitigate) {
      const found = await waysIn(lookupIdentifier(identifier));
      if (found.length === 0) return { kind: 'reject', values, messages: [say(4000037, undefined, 'identifier')] };
      if (codes !== undefined && found.every((type) => type === 'code')) return await codes.send(identifier, at);
    }
    return { kind: 'challenge', page: 'credentials', draft: undefined, values, messages: [], writes: undefined };
  }

  /** The schema gives everybody an entry for passwords and codes: one without a secret signs nobody in. */
  async function waysIn(identifier: Identifier | undefined): Promise<readonly CredentialType[]> {
    if (identifier === undefined) return [];
    const found = await identities.findByIdentifier('password', identifier);
    const owner = await identities.whoHas([identifier]);
    const types = owner?.types ?? [];
    const password = found !== undefined && isFirstFactor(found.credential);
    // A provider's accounts are found by their subjects, not by what people call themselves here.
    const credentials = owner !== undefined && ways.includes('oidc') ? await identities.credentials(owner.id) : [];
    const provider = credentials.some((each) => each.type === 'oidc' && isFirstFactor(each));
    return [
      ...(password ? (['password'] as const) : []),
      ...(provider ? (['oidc'] as const) : []),
      ...types.filter((type) => type !== 'oidc' && ways.includes(type)),
    ];
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
