import type { Node } from '../../flow/json.ts';
import { isProblem, type IdentitySchema } from '../../identity/schema.ts';
import { must } from '../../kernel/error.ts';
import { say } from '../../kernel/messages.ts';
import type { Ids } from '../../kernel/random.ts';
import { challengesOf, type Issued, type Place } from '../ceremony/challenge.ts';
import { keysConfig } from '../ceremony/stored-key.ts';
import { comparedText } from '../decode.ts';
import { registrationDraft } from '../draft.ts';
import type { Attempt, AttemptContext, Body, Strategy, View } from '../strategy.ts';
import { readTraits, traitNodes } from '../traits.ts';
import { brings } from './body.ts';
import { creationNodes, excessOf, FIELD, isRefusal, NAME_FIELD, readKey, refusalMessage, tooLong } from './creation.ts';
import { TYPE, type WebAuthnParts } from './webauthn-parts.ts';

export interface WebAuthnRegistrationParts extends WebAuthnParts {
  readonly random: Ids;
}

const FIELDS = [FIELD, NAME_FIELD].map((name) => ({ name, type: 'string' }) as const);

/** Registers an account with traits and a security key. */
export function createWebAuthnRegistration(parts: WebAuthnRegistrationParts): Strategy {
  const { name, schemas, random } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    if (at.type === 'api') return { kind: 'reject', values: at.values, messages: [say(4010003)] };
    const schema = must(schemas.get(at.schemaId), `Schema ${at.schemaId}`);
    const { traits, values, decoded } = readTraits(schema, body, FIELDS);
    const answer = comparedText(decoded, FIELD);
    const derived = schema.derive(traits);
    const missing = answer === undefined ? [say(4000002, { property: FIELD }, FIELD)] : [];
    if (isProblem(derived)) return { kind: 'reject', values, messages: [...derived, ...missing] };
    if (answer === undefined) return { kind: 'reject', values, messages: missing };
    // Nobody could say at a login whose key it is.
    if ((derived.identifiers.webauthn ?? []).length === 0) return { kind: 'reject', values, messages: [say(4000009)] };
    const displayName = comparedText(decoded, NAME_FIELD) ?? '';
    const long = excessOf(displayName);
    if (long !== undefined) return { kind: 'reject', values, messages: [tooLong(long)] };
    const made = await readKey(parts, answer, { issued: issuedAt(parts, at), displayName, now: at.now });
    if (isRefusal(made)) return { kind: 'reject', values, messages: [refusalMessage(made)] };
    return {
      kind: 'accept',
      values,
      draft: registrationDraft(schema.id, traits, random, at.now),
      writes: {
        proof: { method: name, aal: 'aal1', completedAt: at.now },
        credentials: [{ type: TYPE, config: keysConfig([made.key], handleOf(made.issued)) }],
      },
    };
  }

  return {
    method: name,
    flow: 'registration',
    pages: ['form', 'traits', 'credentials'],
    claims: (method, body) => method === name || ((method ?? '') === '' && brings(body, FIELD)),
    guards: () => [],
    nodes: (view) => nodes(parts, view),
    attempt,
  };
}

/** Options and handle stay for the flow. */
const issuedAt = (parts: WebAuthnParts, place: Place): readonly Issued[] =>
  challengesOf(parts, place, { ceremony: 'registration', person: undefined });

/** 16 bytes, as a UUID has them. It says nothing of its person (security WA-4). */
const handleOf = ({ handle }: Issued): Buffer => handle.subarray(0, 16);

function nodes(parts: WebAuthnRegistrationParts, view: View): readonly Node[] {
  const { page, type, schemaId, values, messages, flowId } = view;
  if (page === 'traits' || type === 'api') return [];
  const schema = must(parts.schemas.get(schemaId), `Schema ${schemaId}`);
  const [issued] = issuedAt(parts, view);
  if (issued === undefined) return [];
  const owner = { handle: handleOf(issued), name: typedName(schema, view) ?? parts.party.displayName };
  return [
    ...traitNodes(schema, { group: 'default', values, hidden: page === 'credentials', messages }),
    ...creationNodes(parts, { issued, owner, exclude: [], label: say(1040004) }),
    parts.webAuthnScript(flowId),
  ];
}

/** What the person calls themselves, as far as the page knows it. */
function typedName({ properties }: IdentitySchema, { values }: View): string | undefined {
  const flagged = properties.find(({ extension }) => extension?.webauthn === true);
  const typed = flagged && values[flagged.name];
  return typeof typed === 'string' && typed !== '' ? typed : undefined;
}
