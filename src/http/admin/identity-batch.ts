import type { Context } from 'koa';
import { SallyportError } from '../../kernel/error.ts';
import { parseIdentityId } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import { BATCH_BODY, readJson } from '../middleware/body.ts';
import { writeJson } from '../middleware/json.ts';
import type { AdminContext } from './context.ts';
import { audit } from './audit.ts';
import { readIdentityInput, type IdentityInput } from './identity-input.ts';
import { prepareImport, type ImportRules, type Prepared } from './import.ts';
import { allowMembers, readObject } from './json-object.ts';
import { storeNew } from './store-identity.ts';

const MOST = 1_000;
const MOST_PASSWORDS = 200;

interface Item {
  readonly patchId: { readonly patch_id?: string };
  readonly members: readonly string[];
  readonly input: IdentityInput;
}

/**
 * Creates many identities. A body that cannot be read is refused whole, before anything is hashed or stored; after that
 * each entry is stored or refused on its own, in its own transaction, and answered in order.
 */
export async function patchIdentities(admin: AdminContext, ctx: Context, rules: ImportRules): Promise<void> {
  const items = readItems(await readJson(ctx, BATCH_BODY), rules);
  const clear = items.filter((each) => each?.input.credentials.password && 'clear' in each.input.credentials.password);
  if (clear.length > MOST_PASSWORDS)
    throw refuse(`At most ${MOST_PASSWORDS} passwords in clear are taken at once: hashing them takes its time.`);
  const prepared: (readonly Prepared[])[] = [];
  for (const item of items)
    prepared.push(item === undefined ? [] : await prepareImport(item.input.credentials, rules.passwords));
  const results: unknown[] = [];
  for (const [i, item] of items.entries())
    results.push(item === undefined ? null : await storeItem(admin, ctx, item, prepared[i] ?? []));
  writeJson(ctx, 200, { identities: results });
}

function readItems(value: Json, rules: ImportRules): readonly (Item | undefined)[] {
  const body = readObject(value, 'The body');
  allowMembers(body, ['identities'], 'The body');
  const items = body['identities'] ?? [];
  if (!Array.isArray(items)) throw refuse('identities is not a list.');
  if (items.length > MOST) throw refuse(`identities takes ${MOST} entries at most.`);
  return items.map((each: Json) => readItem(each, rules));
}

/** Undefined for an entry without `create`. */
function readItem(value: Json, rules: ImportRules): Item | undefined {
  const item = readObject(value, 'An entry of identities');
  allowMembers(item, ['create', 'patch_id'], 'An entry of identities');
  const { create = null, patch_id: patchId = null } = item;
  if (patchId !== null && (typeof patchId !== 'string' || parseIdentityId(patchId) === undefined))
    throw refuse('patch_id is no UUID.');
  if (create === null) return undefined;
  return {
    patchId: typeof patchId === 'string' ? { patch_id: patchId } : {},
    members: Object.keys(readObject(create, 'create')),
    input: readIdentityInput(create, rules),
  };
}

async function storeItem(
  admin: AdminContext,
  ctx: Context,
  item: Item,
  prepared: readonly Prepared[],
): Promise<unknown> {
  try {
    const { identity } = await storeNew(admin, item.input, prepared);
    audit(admin, ctx, 'identity.create', identity.id, item.members);
    return { action: 'create', identity: identity.id, ...item.patchId };
  } catch (error) {
    // Even a server error is the answer of one entry: the client must learn which other entries were stored.
    if (!(error instanceof SallyportError) || error.status >= 500)
      admin.report(error, { flow: 'admin', state: 'batch' });
    return { action: 'error', ...item.patchId, error: admin.errorJson(error, ctx)['error'] };
  }
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
