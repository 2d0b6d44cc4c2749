/** What tests may import, as `sallyport/test`. */
export { runPaths, testPaths } from './path-test.ts';
export type { PathOptions, PathResult, Provoke } from './path-test.ts';
export { createAuthenticator } from './authenticator/authenticator.ts';
export type { Authenticator } from './authenticator/authenticator.ts';
export type {
  AnswerOptions,
  AuthenticatorSettings,
  CreateOptions,
  Credential,
  GetOptions,
} from './authenticator/settings.ts';
export { bendsOf } from './authenticator/bends.ts';
export type { Bend, BendName, Ceremony } from './authenticator/bends.ts';
export type { AssertionAnswer, CreationOptions, RegistrationAnswer, RequestOptions } from './authenticator/ceremony.ts';
export { oneTimeCode } from './authenticator/one-time-code.ts';
