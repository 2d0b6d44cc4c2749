import { isObject } from '../../kernel/json.ts';
import { decodeBase64Url } from './base64url.ts';
import { MOST_BYTES } from './cbor.ts';

/** What `navigator.credentials.create` gave, as its page wrote it into the form. */
export interface RegistrationAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  /** How the browser reaches the authenticator: a hint for later requests, and no more than a claim. */
  readonly transports: readonly string[];
}

/** What `navigator.credentials.get` gave. */
export interface AssertionAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  /** Undefined where the authenticator told none: it keeps none for credentials that are found by their id alone. */
  readonly userHandle: string | undefined;
}

/** Undefined: the text is no JSON object, nor anything that a page of ours writes. */
export type Parsed<Answer> = { readonly answer: Answer | 'broken' } | undefined;

/**
 * Reads the answer that stands in a field of a form. `broken`: it is JSON, and not as browsers write it: no base64url, two ids,
 * another type, members of other types, or too long.
 */
export function parseRegistrationAnswer(text: string | undefined): Parsed<RegistrationAnswer> {
  const read = readEnvelope(text);
  if (read === undefined || read === 'broken') return read && { answer: read };
  const { id, response, whole } = read;
  const [clientDataJSON, attestationObject] = textsOf(response, 'clientDataJSON', 'attestationObject');
  if (clientDataJSON === undefined || attestationObject === undefined) return { answer: 'broken' };
  return {
    answer: {
      id,
      clientDataJSON,
      attestationObject,
      transports: transportsOf(response['transports'] ?? whole['transports']),
    },
  };
}

/** As `parseRegistrationAnswer`, of an assertion. */
export function parseAssertionAnswer(text: string | undefined): Parsed<AssertionAnswer> {
  const read = readEnvelope(text);
  if (read === undefined || read === 'broken') return read && { answer: read };
  const { id, response } = read;
  const names = ['clientDataJSON', 'authenticatorData', 'signature'] as const;
  const [clientDataJSON, authenticatorData, signature] = textsOf(response, ...names);
  if (clientDataJSON === undefined || authenticatorData === undefined || signature === undefined)
    return { answer: 'broken' };
  const told = response['userHandle'];
  // Older scripts write an empty text where the authenticator told none.
  const silent = told === undefined || told === null || told === '';
  const [userHandle] = silent ? [undefined] : textsOf(response, 'userHandle');
  if (!silent && userHandle === undefined) return { answer: 'broken' };
  return { answer: { id, clientDataJSON, authenticatorData, signature, userHandle } };
}

interface Envelope {
  readonly id: string;
  readonly response: Readonly<Record<string, unknown>>;
  readonly whole: Readonly<Record<string, unknown>>;
}

function readEnvelope(text: string | undefined): Envelope | 'broken' | undefined {
  if (text === undefined) return undefined;
  // Base64 of the most that may be read, twice: nothing longer is worth parsing.
  if (text.length > 4 * MOST_BYTES) return 'broken';
  const whole = parse(text);
  if (!isObject(whole)) return undefined;
  const { id, rawId, type, response } = whole;
  const bytes = decodeBase64Url(id);
  const one = bytes !== undefined && bytes.length > 0 && bytes.length <= LONGEST_ID && rawId === id;
  if (typeof id !== 'string' || !one || type !== 'public-key' || !isObject(response)) return 'broken';
  return { id, response, whole };
}

/** WebAuthn Level 3, 4: a credential id has at most 1,023 bytes. */
const LONGEST_ID = 1_023;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Members that are base64url, each undefined where it is not. */
const textsOf = (
  response: Readonly<Record<string, unknown>>,
  ...names: readonly string[]
): readonly (string | undefined)[] =>
  names.map((name) => {
    const value = response[name];
    const bytes = decodeBase64Url(value);
    return typeof value === 'string' && bytes !== undefined && bytes.length <= MOST_BYTES ? value : undefined;
  });

const MOST_TRANSPORTS = 8;
const TRANSPORT = /^[a-z-]{1,32}$/;

/** WebAuthn Level 3, 5.8.4: unknown values are kept, they are handed back as they came. */
const transportsOf = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? [...new Set(value.filter((each) => typeof each === 'string').filter((each) => TRANSPORT.test(each)))].slice(
        0,
        MOST_TRANSPORTS,
      )
    : [];
