import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import { isProblem, type IdentitySchema, type IdentitySchemas } from '../../identity/schema.ts';
import { must } from '../../kernel/error.ts';
import { sameJson } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import type { Ids } from '../../kernel/random.ts';
import { isUsable, type SecretPurpose, type SecretReads } from '../../secret/secret.ts';
import { comparedText, sends } from '../decode.ts';
import type { Mailing } from '../mailing.ts';
import type { MethodParts } from '../method-parts.ts';
import { registrationDraft } from '../draft.ts';
import { screenButton } from '../screen-button.ts';
import type { Attempt, Body, AttemptContext, Strategy, View } from '../strategy.ts';
import { carriesTraits, readTraits, traitNodes } from '../traits.ts';
import { codeTyped } from '../code-typed.ts';
import { exhausted, guessKeys, tooOld, tries } from './code-attempts.ts';
import { codeNodes } from './login.ts';

export interface CodeRegistrationParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly schemas: IdentitySchemas;
  readonly secrets: SecretReads;
  readonly mailing: Mailing;
  readonly random: Ids;
  readonly groups: Pick<MethodParts['groups'], 'traits'>;
  codeDigests(purpose: SecretPurpose, code: string): readonly string[];
  readonly settings: {
    /** Milliseconds. */
    readonly lifespan: number;
  };
}

const PURPOSE = 'registration_code';

/** Registers an account whose address was proved by a code; the person signs in by codes from then on. */
export function createCodeRegistration(parts: CodeRegistrationParts): Strategy {
  const { name, schemas, secrets, mailing, random, settings } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const schema = must(schemas.get(at.schemaId), `Schema ${at.schemaId}`);
    return at.page === 'sent' && tries(body) ? await prove(schema, body, at) : await ask(schema, body, at);
  }

  async function ask(schema: IdentitySchema, body: Body, at: AttemptContext): Promise<Attempt> {
    const again = at.page === 'sent' && !carriesTraits(body) && at.draft !== undefined;
    const read = again ? { traits: at.draft.identity.traits, values: at.values } : readTraits(schema, body);
    const { traits, values } = read;
    const derived = schema.derive(traits);
    if (isProblem(derived)) return { kind: 'reject', values, messages: derived };
    if (derived.codeAddresses.length === 0) return { kind: 'reject', values, messages: [say(4000009)] };
    if (at.page === 'sent' && at.draft !== undefined && !sameJson(at.draft.identity.traits, traits))
      return { kind: 'reject', values: at.values, messages: [say(4000036)] };
    const mailed = derived.codeAddresses.map((to) =>
      mailing.code(PURPOSE, 'registration_code_valid', {
        flowId: at.flowId,
        requestUrl: at.requestUrl,
        transientPayload: at.transientPayload,
        to,
        identity: undefined,
        now: at.now,
        lifespan: settings.lifespan,
        more: { traits },
      }),
    );
    return {
      kind: 'challenge',
      page: 'sent',
      draft: at.draft ?? registrationDraft(schema.id, traits, random, at.now),
      identity: undefined,
      values,
      messages: [say(1040005)],
      writes: { secrets: mailed.map(({ secret }) => secret), mails: mailed.map(({ mail }) => mail) },
    };
  }

  async function prove(schema: IdentitySchema, body: Body, at: AttemptContext): Promise<Attempt> {
    const { values } = at;
    if (at.exhausted !== undefined) return { kind: 'reject', values, messages: [exhausted()] };
    const draft = must(at.draft, 'The draft of a registration that waits for its code');
    const { traits, decoded } = readTraits(schema, body, [{ name: 'code', type: 'string' }]);
    if (carriesTraits(body) && !sameJson(draft.identity.traits, traits))
      return { kind: 'reject', values, messages: [say(4000036)] };
    const message = say(4040003);
    const digests = parts.codeDigests(PURPOSE, codeTyped(comparedText(decoded, 'code')));
    const found = await secrets.find(at.flowId, PURPOSE, digests);
    const late = tooOld(found, at.now);
    if (late !== undefined) return late;
    if (!isUsable(found, at.now)) return { kind: 'reject', values, messages: [message] };
    const via = found.address.includes('@') ? ('email' as const) : ('sms' as const);
    const proof = { method: name, aal: 'aal1', completedAt: at.now } as const;
    return {
      kind: 'accept',
      values,
      draft: { ...draft, identity: { ...draft.identity, proved: [{ via, value: found.address }] } },
      writes: { uses: { purpose: PURPOSE, digests, message }, proof, credentials: [{ type: 'code', config: {} }] },
    };
  }

  function nodes({ page, hasPage, schemaId, values, messages }: View): readonly Node[] {
    if (page === 'traits') return [];
    const schema = must(schemas.get(schemaId), `Schema ${schemaId}`);
    const sent = page === 'sent';
    const traits = traitNodes(schema, { group: 'default', values, hidden: sent || page === 'credentials', messages });
    if (!sent) return [...traits, input('code', 'method', 'submit', { value: name, label: say(1040006) })];
    return [
      ...traits,
      ...codeNodes(name, 1070012),
      // In two steps there is a way back to the choice of credentials.
      ...(hasPage('credentials') ? [screenButton(parts.groups.traits, 'credential-selection')] : []),
    ];
  }

  return {
    method: name,
    flow: 'registration',
    pages: ['form', 'traits', 'credentials', 'sent'],
    claims: (method, body, page) => method === name || (method === undefined && page === 'sent' && sends(body, 'code')),
    guards: guessKeys,
    nodes,
    attempt,
  };
}
