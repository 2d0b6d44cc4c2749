import type * as WebAuthn from '@simplewebauthn/server';

/** The library that checks signatures and attestations: 0.3 s to import, so it waits for the first answer. */
export const loadWebAuthn = (): Promise<typeof WebAuthn> => import('@simplewebauthn/server');
