import type { IdentitySchema } from '../../identity/schema.ts';
import type { TraitProperty } from '../../identity/trait-property.ts';
import type { Traits } from '../../kernel/draft.ts';
import { traitValues } from '../traits.ts';

/**
 * The trait by which a passkey names its person to them: the first that the schema flags for it, else the first that it flags as
 * the identifier of security keys. Undefined: it flags none, and nobody with this schema is offered a passkey.
 */
export function displayNameTrait({ properties }: Pick<IdentitySchema, 'properties'>): TraitProperty | undefined {
  const flagged = (flag: 'passkeyName' | 'webauthn') => properties.find(({ extension }) => extension?.[flag] === true);
  return flagged('passkeyName') ?? flagged('webauthn');
}

/** What a person with these traits is called; undefined where the trait is empty. */
export function displayNameOf(schema: IdentitySchema, traits: Traits): string | undefined {
  const trait = displayNameTrait(schema);
  if (trait === undefined) return undefined;
  const value = traitValues(schema, traits)[trait.name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
