import { input, type Node } from '../../flow/json.ts';
import { protectedChange } from '../../identity/build.ts';
import { isProblem } from '../../identity/schema.ts';
import { must } from '../../kernel/error.ts';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import { draftOf } from '../draft.ts';
import type { Attempt, Body, AttemptContext, Strategy, View } from '../strategy.ts';
import { GROUP, type ProfileParts } from './profile-parts.ts';
import { readTraits, shownTraits, traitNodes } from '../traits.ts';

/** Replaces a signed-in person's traits as a whole; a change of identifiers or addresses needs a fresh proof. */
export function createProfileSettings({ name, schemas }: ProfileParts): Strategy {
  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const identity = must(at.identity, 'The signed-in identity');
    const schema = must(schemas.get(identity.schemaId), `Schema ${identity.schemaId}`);
    const draft = draftOf(identity);
    const kept =
      at.returned && isObject(at.vault) && isObject(at.vault['traits'])
        ? (at.vault['traits'] as JsonObject)
        : undefined; // sealed by us
    const read = kept === undefined ? readTraits(schema, body) : { traits: kept, values: {} };
    const { values } = read;
    const derived = schema.derive(read.traits);
    if (isProblem(derived)) return { kind: 'reject', values, messages: derived };
    const changed = { ...draft, identity: { ...draft.identity, traits: read.traits } };
    if (!at.privileged && protectedChange(schema, identity.traits, read.traits)) {
      return {
        kind: 'hold',
        draft: changed,
        writes: { vault: { kind: `held:${name}`, value: { traits: read.traits } } },
      };
    }
    return { kind: 'accept', draft: changed, values, writes: undefined };
  }

  function nodes({ identity, values }: View): readonly Node[] {
    if (identity === undefined) return [];
    const schema = must(schemas.get(identity.schemaId), `Schema ${identity.schemaId}`);
    return [
      ...traitNodes(schema, { group: GROUP, values: shownTraits(schema, values, identity.traits), hidden: false }),
      input(GROUP, 'method', 'submit', { value: name, label: say(1070003) }),
    ];
  }

  return {
    method: name,
    flow: 'settings',
    pages: ['form', 'success', 'held'],
    claims: (method) => method === name,
    guards: () => [],
    nodes,
    attempt,
  };
}
