import { type Server } from 'node:http';
import Provider from 'oidc-provider';
import { freePort } from './ports.ts';

/** A certified provider in this process, with a sign-in page that takes any name; the name is the subject. */
export interface RealProvider {
  readonly issuer: string;
  stop(): Promise<void>;
}

/** `namedAlone`: subjects that have an address and no name. */
export async function startRealProvider(
  redirectUri: string,
  namedAlone: readonly string[] = [],
): Promise<RealProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'shop',
        client_secret: 'shop-secret',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['a-key-that-only-this-test-knows'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@example.org`,
        email_verified: true,
        ...(!namedAlone.includes(id) && { name: id.toUpperCase() }),
      }),
    }),
  });
  const server = await new Promise<Server>((resolve, reject) => {
    const listening: Server = provider.listen(port, '127.0.0.1', () => resolve(listening));
    listening.once('error', reject);
  });
  return {
    issuer,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
