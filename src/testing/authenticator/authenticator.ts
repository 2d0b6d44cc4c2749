import { randomBytes } from 'node:crypto';
import { answerCreation, answerRequest, base64url } from './answers.ts';
import {
  type AssertionAnswer,
  type CreationOptions,
  type Enveloped,
  type RegistrationAnswer,
  type RequestOptions,
  unwrapped,
} from './ceremony.ts';
import { COSE_NUMBERS, makeKeyPair } from './key-pair.ts';
import type { AuthenticatorSettings, CreateOptions, Credential, GetOptions, Kept } from './settings.ts';

export interface Authenticator {
  readonly credentials: readonly Credential[];
  /** Makes a credential, as `navigator.credentials.create` does, or throws what that would. */
  create(options: Enveloped<CreationOptions>, how?: CreateOptions): RegistrationAnswer;
  /** Signs with a credential that the options allow, as `navigator.credentials.get` does, or throws what that would. */
  get(options: Enveloped<RequestOptions>, how?: GetOptions): AssertionAnswer;
}

/**
 * An authenticator and its browser in software, for tests: it makes credentials and answers as they do, and bends its
 * answers where it is asked to. Attestation is `none`. Nobody is asked, so every request is granted that it can grant.
 */
export function createAuthenticator(settings: AuthenticatorSettings = {}): Authenticator {
  const kept: Kept[] = [];
  return {
    credentials: kept,
    create(enveloped, how = {}) {
      const options = unwrapped(enveloped);
      const rpId = options.rp.id ?? hostOf(how.origin ?? settings.origin ?? '');
      refuseCreation(options, settings, kept);
      const credential: Kept = {
        id: how.id ?? randomBytes(32),
        rpId,
        userHandle: Buffer.from(options.user.id, 'base64url'),
        algorithm: settings.algorithm ?? 'ES256',
        key: makeKeyPair(settings.algorithm ?? 'ES256'),
        counter: settings.counter ?? 0,
      };
      const answer = answerCreation(options, credential, settings, how);
      kept.push(credential);
      return answer;
    },
    get(enveloped, how = {}) {
      const options = unwrapped(enveloped);
      if (options.userVerification === 'required' && settings.userVerification === false) {
        throw refusal('NotAllowedError', 'This authenticator cannot tell who touches it.');
      }
      const credential = how.credential === undefined ? found(options, settings, kept) : own(how.credential, kept);
      if (settings.counter !== undefined) credential.counter += 1;
      return answerRequest(options, credential, settings, how);
    },
  };
}

function refuseCreation(options: CreationOptions, settings: AuthenticatorSettings, kept: readonly Kept[]): void {
  const { algorithm = 'ES256', resident = true, userVerification = true } = settings;
  const wanted = options.authenticatorSelection ?? {};
  if (!options.pubKeyCredParams.some(({ alg }) => alg === COSE_NUMBERS[algorithm])) {
    throw refusal('NotSupportedError', `The page does not offer ${algorithm}.`);
  }
  if (!resident && (wanted.residentKey === 'required' || wanted.requireResidentKey === true)) {
    throw refusal('NotAllowedError', 'This authenticator keeps no credentials.');
  }
  if (!userVerification && wanted.userVerification === 'required') {
    throw refusal('NotAllowedError', 'This authenticator cannot tell who touches it.');
  }
  const excluded = new Set(options.excludeCredentials?.map(({ id }) => id));
  if (kept.some(({ id }) => excluded.has(base64url(id)))) {
    throw refusal('InvalidStateError', 'This authenticator has a credential of this person already.');
  }
}

function found({ allowCredentials = [], rpId }: RequestOptions, settings: AuthenticatorSettings, kept: Kept[]): Kept {
  const allowed = new Set(allowCredentials.map(({ id }) => id));
  const one = kept.findLast(
    (credential) =>
      credential.rpId === (rpId ?? credential.rpId) &&
      (allowed.size > 0 ? allowed.has(base64url(credential.id)) : settings.resident !== false),
  );
  if (one === undefined) throw refusal('NotAllowedError', 'This authenticator has no credential that is allowed.');
  return one;
}

function own({ id }: Credential, kept: readonly Kept[]): Kept {
  const one = kept.find((credential) => Buffer.compare(credential.id, id) === 0);
  if (one === undefined) throw new Error('This credential is of another authenticator.');
  return one;
}

const refusal = (name: string, message: string): DOMException => new DOMException(message, name);
const hostOf = (origin: string): string => URL.parse(origin)?.hostname ?? '';
