import type { Checked } from './check.ts';
import type { OidcProvider } from './config.ts';
import type { Report } from './report.ts';
import type { Values } from './values.ts';

const NAMED: ReadonlySet<string> = new Set([
  'id',
  'provider',
  'label',
  'client_id',
  'client_secret',
  'issuer_url',
  'auth_url',
  'token_url',
  'mapper_url',
  'scope',
  'pkce',
]);
const APPLE = ['apple_team_id', 'apple_private_key_id', 'apple_private_key'];

export function readProviders(values: Values, report: Report): readonly OidcProvider[] {
  const items = (values.find('selfservice.methods.oidc.config.providers')?.items ?? []).filter(
    (item) => 'values' in item,
  );
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const provider = readProvider(item);
    if (provider === undefined) return [];
    if (seen.has(provider.id))
      report.error(
        item.at,
        `has the id ${JSON.stringify(provider.id)} of another provider`,
        'give each provider an id of its own',
      );
    seen.add(provider.id);
    checkKind(item, provider.provider, report);
    return [provider];
  });
}

function readProvider({ values, at }: Checked): OidcProvider | undefined {
  const text = (key: string): string | undefined => {
    const value = values.get(key)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const id = text('id');
  const provider = text('provider');
  const clientId = text('client_id');
  if (id === undefined || provider === undefined || clientId === undefined) return undefined;
  const scope = values.get('scope')?.value;
  const pkce = text('pkce');
  return {
    id,
    provider,
    label: text('label'),
    clientId,
    clientSecret: text('client_secret'),
    issuerUrl: text('issuer_url'),
    authUrl: text('auth_url'),
    tokenUrl: text('token_url'),
    mapperUrl: text('mapper_url'),
    scope: Array.isArray(scope) ? scope.filter((each) => typeof each === 'string') : [],
    pkce: pkce === 'never' || pkce === 'force' ? pkce : 'auto',
    more: Object.fromEntries([...values].filter(([key]) => !NAMED.has(key)).map(([key, { value }]) => [key, value])),
    place: at.place,
  };
}

/** Which keys a kind of provider needs, and which belong to another kind. */
function checkKind({ values, broken, at }: Checked, provider: string, report: Report): void {
  const has = (key: string): boolean => values.has(key) || broken.has(key);
  const need = (key: string): void => {
    if (!has(key)) report.error({ ...at, path: `${at.path}.${key}` }, 'is missing', `${provider} needs it`);
  };
  const refuse = (key: string, owner: string): void => {
    const found = values.get(key);
    if (found) report.error(found.at, `is set for ${provider}`, `it belongs to ${owner}: remove it`);
  };
  if (provider === 'apple') {
    for (const key of APPLE) need(key);
    refuse('client_secret', 'other providers');
  } else {
    need('client_secret');
    for (const key of APPLE) refuse(key, 'apple');
  }
  if (provider === 'microsoft') need('microsoft_tenant');
  else refuse('microsoft_tenant', 'microsoft');
  if ((provider === 'generic' || provider === 'auth0') && !has('auth_url')) need('issuer_url');
}
