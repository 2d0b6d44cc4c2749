import { isProblem } from '../../identity/schema.ts';
import type { Draft } from '../../kernel/draft.ts';
import { SallyportError } from '../../kernel/error.ts';
import { sameJson } from '../../kernel/json.ts';
import type { Position } from '../machine/compiled-flow.ts';
import type { PrepareParts } from '../parts.ts';

/** A hook may change traits, state and metadata, within the schema; anything else is its fault, not the person's. */
export function checkedDraft(
  { schemas }: Pick<PrepareParts, 'schemas'>,
  { context: { draft } }: Position,
  changed: Draft,
  hook: string,
): Draft {
  const blame = (message: string): SallyportError =>
    new SallyportError('hook_failed', 'A hook failed.', { cause: new Error(`${hook} ${message}`) });
  const same =
    draft !== null &&
    changed.identity.id === draft.identity.id &&
    changed.identity.version === draft.identity.version &&
    sameJson(changed.session, draft.session);
  if (!same) throw blame('changed ids of the draft.');
  const { schemaId, traits } = changed.identity;
  const schema = schemas.get(schemaId);
  if (schema === undefined) throw blame(`returned traits that the schema refuses: schema ${schemaId} is unknown.`);
  // Traits that the hook left as they are were judged when they were stored, perhaps by an older rule.
  const derived = sameJson(traits, draft.identity.traits) ? undefined : schema.derive(traits);
  const problems = derived !== undefined && isProblem(derived) ? derived : [];
  if (problems.length === 0) return changed;
  const list = problems.map(({ at: node, id }) => `${node ?? 'traits'} ${id}`).join(', ');
  throw blame(`returned traits that the schema refuses: ${list}.`);
}
