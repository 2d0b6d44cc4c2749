import { code } from './code/method.ts';
import { identifierFirst } from './identifier-first/method.ts';
import { link } from './link/method.ts';
import { lookupSecret } from './lookup-secret/method.ts';
import type { Method } from './method.ts';
import { oidc } from './oidc/method.ts';
import { passkey } from './passkey/method.ts';
import { password } from './password/method.ts';
import { profile } from './profile/method.ts';
import { totp } from './totp/method.ts';
import { webAuthn } from './webauthn/method.ts';

/** Every method of this server, in the order in which they are asked whether a submit is theirs. A new one is one line here. */
export const METHODS: readonly Method[] = [
  identifierFirst,
  profile,
  password,
  oidc,
  code,
  link,
  totp,
  passkey,
  webAuthn,
  lookupSecret,
];
