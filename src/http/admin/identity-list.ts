import type { Context } from 'koa';
import { lookupIdentifier } from '../../identity/identifier.ts';
import type { Identity } from '../../identity/identity.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseIdentityId, type IdentityId } from '../../kernel/id.ts';
import { writeJson } from '../middleware/json.ts';
import { readSize, writeKeysetLinks, writeOffsetLinks } from '../pagination.ts';
import { queryValue, queryValues } from '../query-value.ts';
import type { AdminContext } from './context.ts';
import { identityView, includedTypes } from './identity-view.ts';

const STANDARD = 250;
const MOST = 500;
/** The farthest row that `page` reaches; behind it pages are read by token. */
const FARTHEST = 1_000;
/** More rows than these are not counted: the whole table would be read for each page (docs/decisions/0061). */
const MOST_COUNTED = 10_000;
/** The token of the first page. */
const FIRST = '00000000-0000-0000-0000-000000000000';

type Filter =
  | { readonly kind: 'none' }
  | { readonly kind: 'ids'; readonly ids: readonly IdentityId[] }
  | { readonly kind: 'organization' }
  | { readonly kind: 'identifier'; readonly how: 'exact' | 'prefix'; readonly text: string };

/** Lists identities by keyset or by page number, or those that match one filter. */
export async function listIdentities(admin: AdminContext, ctx: Context): Promise<void> {
  const { store } = admin;
  const included = includedTypes(ctx);
  const filter = readFilter(ctx);
  const items = await (byNumber(ctx) ? listByNumber(admin, ctx, filter) : listByToken(admin, ctx, filter));
  const withCredentials = included.length > 0 || filter.kind === 'identifier';
  const shown = items.map(async (identity) => {
    const credentials = withCredentials ? await store.identities.credentials(identity.id) : [];
    return identityView(admin, { identity, credentials }, included);
  });
  writeJson(ctx, 200, await Promise.all(shown));
}

function readFilter(ctx: Context): Filter {
  const ids = queryValues(ctx, 'ids');
  const organization = queryValue(ctx, 'organization_id') ?? '';
  const exact = queryValue(ctx, 'credentials_identifier') ?? '';
  const prefix = queryValue(ctx, 'preview_credentials_identifier_similar') ?? '';
  const given = [ids.length > 0, organization !== '', exact !== '', prefix !== ''];
  if (given.filter(Boolean).length > 1)
    throw refuse(
      'Only one of ids, organization_id, credentials_identifier and preview_credentials_identifier_similar is taken.',
    );
  if (ids.length > MOST) throw refuse(`ids takes ${MOST} at most.`);
  if (ids.length > 0) return { kind: 'ids', ids: ids.map(parseOrRefuse) };
  if (organization !== '' && parseIdentityId(organization) === undefined) throw refuse('organization_id is no UUID.');
  if (organization !== '') return { kind: 'organization' };
  if (exact !== '') return { kind: 'identifier', how: 'exact', text: exact };
  return prefix === '' ? { kind: 'none' } : { kind: 'identifier', how: 'prefix', text: prefix };
}

function parseOrRefuse(text: string): IdentityId {
  const id = parseIdentityId(text);
  if (id === undefined) throw refuse(`ids holds ${JSON.stringify(text.slice(0, 64))}, which is no UUID.`);
  return id;
}

/** The older pagination: `page` without `page_token` and `page_size`. */
function byNumber(ctx: Context): boolean {
  const { page, page_token, page_size } = ctx.query;
  return page !== undefined && page_token === undefined && page_size === undefined;
}

async function listByNumber(admin: AdminContext, ctx: Context, filter: Filter): Promise<readonly Identity[]> {
  const { identities } = admin.store;
  const { baseUrl } = admin.config.serve.admin;
  const number = Number(queryValue(ctx, 'page'));
  const page = Number.isSafeInteger(number) && number > 0 ? number : 0;
  const size = readSize(queryValue(ctx, 'per_page'), STANDARD, MOST);
  if (page * size > FARTHEST) throw refuse('So far in, pages go by page_token.');
  if (filter.kind === 'none') {
    const items = await identities.listByOffset({ page, size });
    const ends = items.length < size && (items.length > 0 || page === 0);
    const total = ends ? page * size + items.length : await identities.countTo(MOST_COUNTED);
    writeOffsetLinks(ctx, baseUrl, { page, size }, total, 'offset');
    return items;
  }
  const found = (await matching(admin, filter)).slice(page * size, (page + 1) * size);
  // As in the reference: the total ignores every filter but that of identifiers.
  const total = filter.kind === 'identifier' ? found.length : await identities.countTo(MOST_COUNTED);
  writeOffsetLinks(ctx, baseUrl, { page, size }, total, 'offset');
  return found;
}

async function listByToken(admin: AdminContext, ctx: Context, filter: Filter): Promise<readonly Identity[]> {
  // Whoever names people wants all of them.
  const standard = filter.kind === 'ids' ? MOST : STANDARD;
  const size = readSize(queryValue(ctx, 'page_size') ?? queryValue(ctx, 'per_page'), standard, MOST);
  const token = queryValue(ctx, 'page_token') ?? '';
  const after = token === '' || token === FIRST ? undefined : parseIdentityId(token);
  if (after === undefined && token !== '' && token !== FIRST) throw refuse('page_token cannot be read.');
  const { baseUrl } = admin.config.serve.admin;
  if (filter.kind === 'none') {
    const { items, next } = await admin.store.identities.list({ after, size });
    writeKeysetLinks(ctx, baseUrl, size, { first: FIRST, next });
    return items;
  }
  const rest = (await matching(admin, filter)).filter(({ id }) => after === undefined || id > after);
  const items = rest.slice(0, size);
  writeKeysetLinks(ctx, baseUrl, size, { first: FIRST, next: rest.length > size ? items.at(-1)?.id : undefined });
  return items;
}

/** By id ascending; at most 500. */
async function matching(
  { store }: AdminContext,
  filter: Exclude<Filter, { kind: 'none' }>,
): Promise<readonly Identity[]> {
  if (filter.kind === 'organization') return [];
  if (filter.kind === 'ids') return store.identities.findMany([...new Set(filter.ids)]);
  const { text, how } = filter;
  // Identifiers of people are normalised; subjects of providers are stored as they came.
  const spellings = [...new Set([text, lookupIdentifier(text) ?? text])];
  const found = await Promise.all(spellings.map((each) => store.identities.findByAnyIdentifier(each, how, MOST)));
  const byId = new Map(found.flat().map((identity) => [identity.id, identity]));
  return [...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, MOST);
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
