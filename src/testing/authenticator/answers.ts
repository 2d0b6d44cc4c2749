import { createHash } from 'node:crypto';
import { type AuthenticatorData, encodeAuthenticatorData, FLAG } from './authenticator-data.ts';
import { type Bend, BENDS, type ClientData, type Made } from './bends.ts';
import { type Cbor, encodeCbor } from './cbor.ts';
import type { AssertionAnswer, CreationOptions, RegistrationAnswer, RequestOptions } from './ceremony.ts';
import { COSE_NUMBERS, coseKeyOf, type KeyPair, signWith } from './key-pair.ts';
import type { AnswerOptions, AuthenticatorSettings, CreateOptions, GetOptions, Kept } from './settings.ts';

export function answerCreation(
  { challenge }: CreationOptions,
  credential: Kept,
  settings: AuthenticatorSettings,
  how: CreateOptions,
): RegistrationAnswer {
  const { bend, inner } = innerParts('webauthn.create', challenge, credential, settings, how);
  const attested = {
    aaguid: Buffer.from(settings.aaguid ?? '0'.repeat(32), 'hex'),
    id: credential.id,
    publicKey: encodeCbor(coseKeyOf(credential.key)),
  };
  const plain = { ...inner.data, flags: inner.data.flags | FLAG.AT, attested };
  const data = bend.authenticatorData?.(plain) ?? plain;
  const made = madeOf(data, inner.clientData, credential.key, bend);
  const object = encodeCbor(
    new Map<string, Cbor>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', made.authenticatorData],
    ]),
  );
  const answer: RegistrationAnswer = {
    ...envelope(data.attested?.id ?? credential.id),
    response: {
      clientDataJSON: base64url(inner.clientData),
      attestationObject: base64url(bend.attestation?.(object, made) ?? object),
      authenticatorData: base64url(made.authenticatorData),
      transports: settings.transports ?? ['internal'],
      publicKey: base64url(credential.key.publicKey.export({ type: 'spki', format: 'der' })),
      publicKeyAlgorithm: COSE_NUMBERS[credential.algorithm],
    },
  };
  return bend.answer?.(answer) ?? answer;
}

export function answerRequest(
  { challenge }: RequestOptions,
  credential: Kept,
  settings: AuthenticatorSettings,
  how: GetOptions,
): AssertionAnswer {
  const { bend, inner } = innerParts('webauthn.get', challenge, credential, settings, how);
  const made = madeOf(bend.authenticatorData?.(inner.data) ?? inner.data, inner.clientData, credential.key, bend);
  const signature = signWith(credential.key, made.signed);
  const userHandle = how.userHandle ?? (settings.resident === false ? undefined : credential.userHandle);
  const answer: AssertionAnswer = {
    ...envelope(credential.id),
    response: {
      clientDataJSON: base64url(inner.clientData),
      authenticatorData: base64url(made.authenticatorData),
      signature: base64url(bend.signature?.(signature, made) ?? signature),
      ...(userHandle === undefined ? {} : { userHandle: base64url(userHandle) }),
    },
  };
  return bend.answer?.(answer) ?? answer;
}

interface Inner {
  /** What is wrong with the answer; nothing unless asked for. */
  readonly bend: Omit<Bend, 'of'>;
  readonly inner: { readonly clientData: Buffer; readonly data: AuthenticatorData };
}

function innerParts(
  type: string,
  challenge: string,
  { rpId, counter }: Kept,
  { origin, userVerification = true, synchronized = false }: AuthenticatorSettings,
  how: AnswerOptions,
): Inner {
  const bend: Omit<Bend, 'of'> = typeof how.bend === 'string' ? BENDS[how.bend] : (how.bend ?? {});
  const plain: ClientData = {
    type,
    challenge,
    origin: how.origin ?? origin ?? `https://${rpId}`,
    crossOrigin: false,
  };
  const text = JSON.stringify(bend.clientData?.(plain) ?? plain);
  const flags = FLAG.UP | (userVerification ? FLAG.UV : 0) | (synchronized ? FLAG.BE | FLAG.BS : 0);
  return {
    bend,
    inner: { clientData: Buffer.from(bend.clientDataText?.(text) ?? text), data: { rpId, flags, counter } },
  };
}

function madeOf(data: AuthenticatorData, clientData: Buffer, key: KeyPair, bend: Omit<Bend, 'of'>): Made {
  const bytes = encodeAuthenticatorData(data);
  const authenticatorData = bend.authenticatorBytes?.(bytes) ?? bytes;
  const hash = createHash('sha256').update(clientData).digest();
  return { key, authenticatorData, signed: Buffer.concat([authenticatorData, hash]) };
}

function envelope(id: Uint8Array): Omit<RegistrationAnswer, 'response'> {
  return {
    id: base64url(id),
    rawId: base64url(id),
    type: 'public-key',
    authenticatorAttachment: 'platform',
    clientExtensionResults: {},
  };
}

export const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
