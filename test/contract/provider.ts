import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/**
 * The provider of the recordings. Its authorization page is never visited, because the recordings go on from the address
 * it led back to; so any code is one, and the nonce it would have been asked with is told.
 */
export interface RecordedProvider {
  readonly origin: string;
  asked(nonce: string): void;
  close(): Promise<void>;
}

const WHO = { sub: 'idun-61', email: 'idun61@shop.example', email_verified: true, given_name: 'Idun' };

export async function startRecordedProvider(): Promise<RecordedProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(publicKey)), kid: 'recorded', alg: 'RS256', use: 'sig' };
  let nonce = '';
  let origin = '';
  const idToken = (): Promise<string> =>
    new SignJWT({ ...WHO, nonce })
      .setProtectedHeader({ alg: 'RS256', kid: 'recorded' })
      .setIssuer(origin)
      .setAudience('shop')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
  const answers: Readonly<Record<string, () => Promise<unknown>>> = {
    '/.well-known/openid-configuration': async () => ({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/keys`,
    }),
    '/keys': async () => ({ keys: [key] }),
    '/token': async () => ({ access_token: 'of-no-use', token_type: 'bearer', id_token: await idToken() }),
  };
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').replace(/\?.*$/, '')];
    request.resume();
    void (answer?.() ?? Promise.resolve(undefined)).then((body) => {
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address with one.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    asked: (told) => void (nonce = told),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
