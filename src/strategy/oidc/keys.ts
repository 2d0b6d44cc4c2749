import type { CryptoKey, JWSHeaderParameters, FlattenedJWSInput, JSONWebKeySet } from 'jose';
import type { Clock } from '../../kernel/clock.ts';
import { describeFailure } from '../../kernel/failure.ts';
import { isObject } from '../../kernel/json.ts';
import { Trouble } from './provider-error.ts';

/** A provider's public keys. */
export interface Keys {
  /** The key a token was signed with; throws `Trouble`. */
  find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey>;
}

const MINUTE = 60_000;
const KEPT_FOR = 60 * MINUTE;
/** Tokens of native apps come from anywhere: made-up key ids must not become requests without end. */
const MOST_FETCHES = 6;

/**
 * Keys fetched when they are needed: again for a key id that is not among them, so that a provider may change its keys
 * at any time, but once a minute for one key id (security OI-5).
 */
export function createKeys(parts: {
  readonly fetch: typeof globalThis.fetch;
  readonly uri: string;
  readonly clock: Clock;
}): Keys {
  const { fetch, uri, clock } = parts;
  let kept: { readonly set: JSONWebKeySet; readonly at: number } | undefined;
  let fetches: readonly number[] = [];
  const missed = new Map<string, number>();

  async function load(): Promise<JSONWebKeySet> {
    const now = clock.now();
    fetches = fetches.filter((at) => at > now - MINUTE);
    if (fetches.length >= MOST_FETCHES) throw new Trouble('untrusted', 'The keys were fetched too often this minute.');
    fetches = [...fetches, now];
    const set = parseKeySet(await fetchKeys(fetch, uri));
    kept = { set, at: now };
    return set;
  }

  return {
    async find(header, token) {
      const { createLocalJWKSet, errors } = await import('jose');
      const now = clock.now();
      const fresh = kept === undefined || kept.at <= now - KEPT_FOR;
      const set = kept !== undefined && !fresh ? kept.set : await load();
      const keyIn = async (keys: JSONWebKeySet): Promise<CryptoKey | undefined> => {
        try {
          return await createLocalJWKSet(keys)(header, token);
        } catch (error) {
          if (error instanceof errors.JWKSNoMatchingKey) return undefined;
          throw new Trouble('untrusted', 'The keys do not say which one it is.', error);
        }
      };
      const found = await keyIn(set);
      if (found !== undefined) return found;
      const kid = String(header.kid ?? '');
      if (fresh || (missed.get(kid) ?? -Infinity) > now - MINUTE)
        throw new Trouble('untrusted', 'The token is signed with a key the provider does not publish.');
      if (missed.size > 1_000) missed.clear();
      missed.set(kid, now);
      const changed = await keyIn(await load());
      if (changed === undefined)
        throw new Trouble('untrusted', 'The token is signed with a key the provider does not publish.');
      return changed;
    },
  };
}

async function fetchKeys(fetch: typeof globalThis.fetch, uri: string): Promise<unknown> {
  try {
    const answer = await fetch(uri, { headers: { accept: 'application/json' } });
    if (!answer.ok) throw new Trouble('unreachable', `The keys answered ${answer.status}.`);
    return await answer.json();
  } catch (error) {
    throw error instanceof Trouble
      ? error
      : new Trouble('unreachable', `The keys cannot be fetched: ${describeFailure(error)}.`, error);
  }
}

function parseKeySet(input: unknown): JSONWebKeySet {
  if (!isObject(input) || !Array.isArray(input['keys'])) throw new Trouble('untrusted', 'What should be keys is none.');
  return { keys: input['keys'].filter(isObject) } as unknown as JSONWebKeySet; // each key is checked when it is imported
}
