import type { OidcProvider } from '../provider-entry.ts';
import type { Preset } from '../preset.ts';
import { documentIn, idOf, openIdClaims } from './open-id.ts';

const BASE = 'https://login.microsoftonline.com';
const TENANT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The directory of all personal accounts. */
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad';

const tenantOf = ({ more }: OidcProvider): string => String(more['microsoft_tenant']).toLowerCase();

/**
 * One discovery document for many tenants: a token names its own tenant in `tid` and in `iss`. An address is whatever the
 * tenant's administrator typed, so it counts as verified only by the claim `xms_edov` (the domain's owner verified it).
 */
export const microsoft: Preset = {
  provider: 'microsoft',
  label: 'Microsoft',
  protocol: 'oidc',
  issuer: (entry) => `${BASE}/${tenantOf(entry)}/v2.0`,
  issuerAllowed(iss, { tid }, entry) {
    if (typeof tid !== 'string' || !TENANT_ID.test(tid) || iss !== `${BASE}/${tid}/v2.0`) return false;
    const tenant = tenantOf(entry);
    if (tenant === 'common') return true;
    if (tenant === 'organizations') return tid !== CONSUMERS;
    return tid === (tenant === 'consumers' ? CONSUMERS : tenant);
  },
  scope: ['openid', 'email', 'profile'],
  promptAgain: 'login',
  clientAuth: 'client_secret_post',
  pkce: true,
  documents: ({ more }) =>
    more['subject_source'] === 'me' ? [{ name: 'me', url: 'https://graph.microsoft.com/v1.0/me' }] : [],
  claims(said, issuer, { more }) {
    const source = more['subject_source'];
    const sub = source === 'me' ? idOf(documentIn(said, 'me')) : source === 'oid' ? said.idToken?.['oid'] : undefined;
    const claims = openIdClaims(said, issuer);
    if (claims === undefined || (sub === undefined && (source === 'me' || source === 'oid'))) return undefined;
    const { email_verified: _claimed, ...rest } = claims;
    const owned = [true, 1, '1', 'true'].includes(claims.raw_claims['xms_edov'] as string); // compared, not used as text
    return {
      ...rest,
      ...(typeof sub === 'string' && { sub }),
      ...(claims.email !== undefined && owned && { email_verified: true }),
    };
  },
};
