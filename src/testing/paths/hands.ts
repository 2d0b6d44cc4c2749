import { isObject } from '../../kernel/json.ts';
import type { DriverHoldings } from '../../strategy/method.ts';
import { type Authenticator, createAuthenticator } from '../authenticator/authenticator.ts';
import { type CreationOptions, type Enveloped, type RequestOptions, unwrapped } from '../authenticator/ceremony.ts';
import { oneTimeCode } from '../authenticator/one-time-code.ts';

/** What a test person has in hand: keys, an app, a paper with backup codes. */
export interface Hands {
  /** What the person can answer to a form; `json` as the wire shows it. */
  facing(json: unknown): DriverHoldings;
}

const STEP = 30_000;

/** @param origin of the pages on which the person uses keys */
export function createHands(origin: string): Hands {
  const keys: Authenticator[] = [];
  let secret: string | undefined;
  /** A server takes the code of the step before, of this one and of the next, each once. */
  let steps = -1;
  let codes: readonly string[] = [];
  return {
    facing(json) {
      const nodes = attributesIn(json);
      const shown = secretIn(nodes.find(({ id }) => id === 'totp_secret_key'));
      const paper = codesIn(nodes.find(({ id }) => id === 'lookup_secret_codes'));
      if (paper.length > 0) codes = paper;
      const options = (node: string): unknown => {
        const value = nodes.find(({ name }) => name === node)?.['value'];
        return typeof value === 'string' ? (JSON.parse(value) as unknown) : undefined;
      };
      return {
        oneTimeCode() {
          if (shown !== undefined && shown !== secret) {
            secret = shown;
            steps = -1;
          }
          return secret === undefined ? undefined : oneTimeCode(secret, Date.now() + steps++ * STEP);
        },
        backupCode() {
          const [first, ...rest] = codes;
          codes = rest;
          return first;
        },
        shows: (node) => nodes.some(({ name }) => name === node),
        newKey(node) {
          const asked = options(node);
          if (!isObject(asked)) return undefined;
          // As the form of registration and those of settings hold them.
          const creation = (asked['credentialOptions'] ?? asked) as Enveloped<CreationOptions>;
          const resident = unwrapped(creation).authenticatorSelection?.residentKey === 'required';
          const key = createAuthenticator({ origin, resident });
          keys.push(key);
          return JSON.stringify(key.create(creation));
        },
        signature(node) {
          const asked = options(node);
          return asked === undefined ? undefined : signed(keys, asked as Enveloped<RequestOptions>); // as above
        },
      };
    },
  };
}

/** By the newest key that may; undefined: the person has none that may. */
function signed(keys: readonly Authenticator[], asked: Enveloped<RequestOptions>): string | undefined {
  for (const key of keys.toReversed()) {
    try {
      return JSON.stringify(key.get(asked));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }
  return undefined;
}

type Attributes = Readonly<Record<string, unknown>>;

function attributesIn(json: unknown): readonly Attributes[] {
  const ui = isObject(json) ? json['ui'] : undefined;
  const nodes: readonly unknown[] = isObject(ui) && Array.isArray(ui['nodes']) ? ui['nodes'] : [];
  return nodes.flatMap((node) => (isObject(node) && isObject(node['attributes']) ? [node['attributes']] : []));
}

const contextIn = (text: unknown): Attributes => {
  const context = isObject(text) ? text['context'] : undefined;
  return isObject(context) ? context : {};
};

function secretIn(node: Attributes | undefined): string | undefined {
  const { secret } = contextIn(node?.['text']);
  return typeof secret === 'string' ? secret : undefined;
}

function codesIn(node: Attributes | undefined): readonly string[] {
  const { secrets } = contextIn(node?.['text']);
  return (Array.isArray(secrets) ? (secrets as readonly unknown[]) : []).flatMap((one) => {
    const { secret } = contextIn(one);
    return typeof secret === 'string' ? [secret] : [];
  });
}
