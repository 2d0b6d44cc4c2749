import { input, type Node } from '../../flow/json.ts';
import { isProblem, type IdentitySchema } from '../../identity/schema.ts';
import { bodyField } from '../../kernel/body.ts';
import { must } from '../../kernel/error.ts';
import { say } from '../../kernel/messages.ts';
import { challengesOf, type Issued, type Place } from '../ceremony/challenge.ts';
import { registrationDraft } from '../draft.ts';
import type { Attempt, AttemptContext, Body, Strategy, View } from '../strategy.ts';
import { readTraits, traitNodes } from '../traits.ts';
import { isMade, passkeyOptions, readPasskey } from './creation.ts';
import { displayNameTrait } from './display-name.ts';
import { withKey } from './handles.ts';
import { brings, triggerNode, type PasskeyParts } from './passkey-parts.ts';

const FIELD = 'passkey_register';

/** Registers an account with traits and a passkey. */
export function createPasskeyRegistration(parts: PasskeyParts): Strategy {
  const { name, schemas, random } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const schema = must(schemas.get(at.schemaId), `Schema ${at.schemaId}`);
    const { traits, values } = readTraits(schema, body);
    const derived = schema.derive(traits);
    if (isProblem(derived)) return { kind: 'reject', values, messages: derived };
    // Nothing would tell the person later which of their passkeys this is.
    if (displayNameTrait(schema) === undefined) return { kind: 'reject', values, messages: [say(4000009)] };
    const made = await readPasskey(parts, bodyField(body, FIELD), { issued: issuedAt(parts, at), now: at.now });
    if (!isMade(made)) return { kind: 'reject', values, messages: [made] };
    const { config, identifiers } = withKey(undefined, made.key, made.handle);
    return {
      kind: 'accept',
      values,
      draft: registrationDraft(schema.id, traits, random, at.now),
      writes: {
        proof: { method: name, aal: 'aal1', completedAt: at.now },
        credentials: [{ type: 'passkey', config, identifiers }],
      },
    };
  }

  function nodes(view: View): readonly Node[] {
    const { page, schemaId, values, messages } = view;
    if (page === 'traits') return [];
    const schema = must(schemas.get(schemaId), `Schema ${schemaId}`);
    const offer = offerOf(parts, schema, view);
    if (offer.length === 0) return [];
    return [...traitNodes(schema, { group: 'default', values, hidden: page === 'credentials', messages }), ...offer];
  }

  return {
    method: name,
    flow: 'registration',
    pages: ['form', 'traits', 'credentials'],
    claims: (method, body) => (method === undefined || method === '' || method === name) && brings(body, FIELD),
    guards: () => [],
    nodes,
    attempt,
  };
}

/** Options and handle stay for the flow. */
const issuedAt = (parts: PasskeyParts, place: Place): readonly Issued[] =>
  challengesOf(parts, place, { ceremony: 'registration', person: undefined });

/** Nothing where the schema has no trait that names a person. */
function offerOf(parts: PasskeyParts, schema: IdentitySchema, view: View): readonly Node[] {
  const named = displayNameTrait(schema);
  // The script puts the name in that the person typed.
  const options = passkeyOptions(parts, issuedAt(parts, view), { displayName: parts.party.displayName, exclude: [] });
  if (named === undefined || options === undefined) return [];
  const data = { credentialOptions: options, displayNameFieldName: named.name };
  return [
    ...(view.type === 'browser' ? [parts.webAuthnScript(view.flowId)] : []),
    triggerNode('passkey_register_trigger', { type: view.type, label: say(1040007), run: 'oryPasskeyRegistration' }),
    input('passkey', FIELD, 'hidden'),
    input('passkey', 'passkey_create_data', 'hidden', { value: JSON.stringify(data) }),
  ];
}
