import { input, type Node } from '../../flow/json.ts';
import { isProblem } from '../../identity/schema.ts';
import { bodyField } from '../../kernel/body.ts';
import { must } from '../../kernel/error.ts';
import { say } from '../../kernel/messages.ts';
import { sends } from '../decode.ts';
import type { Attempt, Body, AttemptContext, Strategy, View } from '../strategy.ts';
import { screenButton } from '../screen-button.ts';
import { GROUP, type ProfileParts } from './profile-parts.ts';
import { carriesTraits, readTraits, traitNodes } from '../traits.ts';

/** Registration in two steps: the traits first, then the ways to sign in; and back again. */
export function createProfileRegistration({ name, schemas }: ProfileParts): Strategy {
  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const schema = must(schemas.get(at.schemaId), `Schema ${at.schemaId}`);
    const waiting = at.page === 'sent' && !carriesTraits(body) ? at.draft : undefined;
    const { traits, values } = waiting
      ? { traits: waiting.identity.traits, values: at.values }
      : readTraits(schema, body);
    const back = bodyField(body, 'screen') === 'previous' || bodyField(body, 'method') === `${name}:back`;
    if (back) {
      const kept = carriesTraits(body) ? values : at.values;
      return { kind: 'challenge', page: 'traits', draft: undefined, values: kept, messages: [], writes: undefined };
    }
    const derived = schema.derive(traits);
    if (isProblem(derived)) return { kind: 'reject', values, messages: derived };
    return {
      kind: 'challenge',
      page: 'credentials',
      draft: undefined,
      values,
      messages: [say(1040009)],
      writes: undefined,
    };
  }

  function nodes({ page, schemaId, values, messages }: View): readonly Node[] {
    if (page === 'sent') return [];
    const schema = must(schemas.get(schemaId), `Schema ${schemaId}`);
    const hidden = page === 'credentials';
    return [
      ...traitNodes(schema, { group: 'default', values, hidden, messages }),
      hidden ? screenButton(GROUP, 'previous') : input(GROUP, 'method', 'submit', { value: name, label: say(1040001) }),
    ];
  }

  return {
    method: name,
    flow: 'registration',
    pages: ['traits', 'credentials', 'sent'],
    within: 'traits',
    claims: (method, body) => sends(body, 'screen') || method === `${name}:back` || method === name,
    guards: () => [],
    nodes,
    attempt,
  };
}
