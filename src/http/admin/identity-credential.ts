import type { Context } from 'koa';
import type { Credential } from '../../identity/identity.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseIdentityId } from '../../kernel/id.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import { queryValue } from '../query-value.ts';
import type { AdminContext } from './context.ts';
import { audit } from './audit.ts';
import { storeChange, type Stored, type Wanted } from './store-identity.ts';

/** Deletes a credential of an identity, never the last one that signs in. */
export async function deleteCredential(admin: AdminContext, ctx: Context): Promise<void> {
  const type = String(ctx['params'].type);
  const identifier = queryValue(ctx, 'identifier') ?? '';
  const { after } = await storeChange(admin, parseIdentityId(ctx['params'].id), (before) => {
    const found = before.credentials.find((each) => each.type === type);
    if (found === undefined) throw new SallyportError('not_found', 'The identity has no such credential.');
    return { ...unchanged(before), ...without(found, identifier, waysOf(admin, before, type)) };
  });
  audit(admin, ctx, 'identity.credential.delete', after.identity.id, [`credentials.${type.slice(0, 64)}`]);
  ctx.status = 204;
}

/** In how many ways the person signs in alone, and in how many without this credential. */
const waysOf = ({ factors }: AdminContext, { credentials }: Stored, type: string): Ways => ({
  all: factors.firstFactors(credentials),
  others: factors.firstFactors(credentials.filter((each) => each.type !== type)),
});

interface Ways {
  readonly all: number;
  readonly others: number;
}

const unchanged = ({ identity }: Stored): Wanted => ({ ...identity, said: [], fresh: [], removed: [] });

function without(found: Credential, identifier: string, ways: Ways): Pick<Wanted, 'fresh' | 'removed'> {
  const { type, config } = found;
  switch (type) {
    case 'totp':
    case 'lookup_secret':
      return { fresh: [], removed: [type] };
    case 'password':
      if (ways.all < 2) throw lastWay();
      return { fresh: [{ type, config: {} }], removed: [] };
    case 'passkey':
      if (ways.others === 0 && ways.all > 0) throw lastWay();
      return { fresh: [], removed: [type] };
    case 'oidc':
      return withoutProvider(found, identifier, ways.all);
    case 'webauthn': {
      // A passwordless key is a first factor: this route removes second factors only.
      const keys = listOf(config['credentials']).filter((key) => isObject(key) && key['is_passwordless'] === true);
      return keys.length === 0
        ? { fresh: [], removed: [type] }
        : { fresh: [{ type, config: { ...config, credentials: keys } }], removed: [] };
    }
    default:
      throw new SallyportError('bad_request', `A credential of the type ${type} cannot be deleted.`);
  }
}

function withoutProvider(found: Credential, identifier: string, ways: number): Pick<Wanted, 'fresh' | 'removed'> {
  const { type, config } = found;
  if (identifier === '') throw new SallyportError('bad_request', 'identifier is missing: provider:subject.');
  const providers = listOf(config['providers']);
  const left = providers.filter((each) => !isLink(each, identifier));
  if (left.length === providers.length)
    throw new SallyportError('not_found', 'The identity is not linked to this provider and subject.');
  if (ways < 2) throw lastWay();
  return left.length === 0
    ? { fresh: [], removed: [type] }
    : { fresh: [{ type, config: { ...config, providers: left } satisfies JsonObject }], removed: [] };
}

function isLink(each: Json, identifier: string): boolean {
  if (!isObject(each)) return false;
  const { provider, subject } = each;
  return typeof provider === 'string' && typeof subject === 'string' && `${provider}:${subject}` === identifier;
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const lastWay = (): SallyportError =>
  new SallyportError('bad_request', 'This is the last credential to sign in with; add another one first.');
