import { setTimeout as delay } from 'node:timers/promises';
import { createHttpClient, read, type Answer } from '../support/http-client.ts';
import { valueOf } from '../support/self-service.ts';

/** What strangers send at one account, and how often they were answered with which status. */
export interface Crowd {
  readonly answers: Map<number, number>;
  /** Each network asks for messages, so often of each kind. */
  askForMessages(networks: readonly string[], times: number): Promise<void>;
  /** Each network sends so many wrong passwords, for the account and for others, and as many wrong codes. */
  guess(networks: readonly string[], tries: number): Promise<void>;
}

/** Requests that are under way at once. */
const AT_ONCE = 24;
/** Times that somebody comes again whom the server had no time for. */
const MOST_TRIES = 100;
/** Tries of one flow. */
const CODES = 5;

export function crowdAt(url: string, email: string): Crowd {
  const answers = new Map<number, number>();
  const note = (answer: Answer): Answer => {
    answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1);
    return answer;
  };

  /** A stranger who is told that the server is busy comes again, and sooner than they were told to. */
  async function insist(ask: () => Promise<Answer>): Promise<Answer> {
    for (let again = MOST_TRIES; ; again -= 1) {
      const answer = note(await ask());
      if (answer.status !== 503 || again === 0) return answer;
      await delay(50);
    }
  }

  /** A browser that keeps nothing from one flow to the next. */
  async function stranger(network: string, kind: 'login' | 'recovery' | 'verification') {
    const http = createHttpClient();
    const headers = { 'x-forwarded-for': network };
    const { json } = await insist(() => http.get(`${url}/self-service/${kind}/browser`, { headers }));
    const action = read(json, 'ui.action');
    const csrf = valueOf(json, 'csrf_token');
    return {
      // A network that may open no more flows has none to send.
      send: async (fields: Readonly<Record<string, string>>): Promise<void> =>
        typeof action === 'string'
          ? void (await insist(() => http.post(action, { headers, json: { ...fields, csrf_token: csrf } })))
          : undefined,
      close: () => http.close(),
    };
  }

  return {
    answers,
    askForMessages: (networks, times) =>
      eachAtOnce(repeated(networks, times), async (network) => {
        for (const kind of ['recovery', 'verification', 'login'] as const) {
          const one = await stranger(network, kind);
          await one.send({ method: 'code', [kind === 'login' ? 'identifier' : 'email']: email });
          one.close();
        }
      }),
    guess: (networks, tries) =>
      eachAtOnce(networks, async (network) => {
        const guesser = await stranger(network, 'login');
        for (let first = 0; first < tries; first += CODES) {
          const thief = await stranger(network, 'recovery');
          await thief.send({ method: 'code', email });
          for (let n = first; n < Math.min(tries, first + CODES); n += 1) {
            await guesser.send({ method: 'password', identifier: email, password: `wrong number ${n}` });
            await guesser.send({ method: 'password', identifier: `x${n}.${email}`, password: `wrong number ${n}` });
            await thief.send({ method: 'code', code: '000000' });
          }
          thief.close();
        }
        guesser.close();
      }),
  };
}

const repeated = (networks: readonly string[], times: number): readonly string[] =>
  Array.from({ length: times }, () => networks).flat();

async function eachAtOnce<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of rest) await act(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
