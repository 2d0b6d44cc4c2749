import type { CDPSession, Page } from 'playwright-core';

/** What a virtual authenticator can do (Chrome DevTools Protocol, WebAuthn). */
export interface AuthenticatorKind {
  /** `internal`: of the device; `usb`: a key in the hand; `hybrid`: a phone. */
  readonly transport: 'internal' | 'usb' | 'hybrid';
  /** It keeps passkeys, which sites find by themselves. Default true. */
  readonly keepsKeys?: boolean;
  /** It can tell who touches it. Default true. */
  readonly verifies?: boolean;
}

export interface VirtualAuthenticator {
  /** Requests that are made from now on are answered at once, or wait for ever. */
  answers(atOnce: boolean): Promise<void>;
  /** From now on it recognizes its person, or does not. */
  recognizes(person: boolean): Promise<void>;
  readonly credentials: () => Promise<readonly { readonly credentialId: string; readonly signCount: number }[]>;
  remove(): Promise<void>;
}

/** The authenticators of one tab. */
export interface Authenticators {
  add(kind: AuthenticatorKind): Promise<VirtualAuthenticator>;
}

/** Gives a tab authenticators in software in place of those that the machine might have. */
export async function authenticatorsOf(page: Page): Promise<Authenticators> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable', { enableUI: false });
  return { add: (kind) => add(devtools, kind) };
}

async function add(
  devtools: CDPSession,
  { transport, keepsKeys = true, verifies = true }: AuthenticatorKind,
): Promise<VirtualAuthenticator> {
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport,
      hasResidentKey: keepsKeys,
      hasUserVerification: verifies,
      isUserVerified: verifies,
      automaticPresenceSimulation: true,
    },
  });
  return {
    answers: async (enabled) => {
      await devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
    },
    recognizes: async (isUserVerified) => {
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    credentials: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    remove: async () => {
      await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
  };
}
