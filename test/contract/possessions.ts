import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Authenticator, createAuthenticator } from '../../src/testing/authenticator/authenticator.ts';
import type { Bend, BendName } from '../../src/testing/authenticator/bends.ts';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import type { AuthenticatorSettings } from '../../src/testing/authenticator/settings.ts';
import { type Bindings, filled } from './bindings.ts';
import type { Asked } from '../support/asked.ts';

/** How a recorded answer of an authenticator differs from a right one. */
export type Bent = BendName | Bend | 'as before';

/** What the people of a scenario have in their hands: keys, and an app with codes. */
export interface Possessions {
  /** Answers the question of a form as the recorded answer says, byte for byte of our own. */
  answer(field: string, recorded: string, form: Asked, bent?: Bent): string;
  /** A key that nobody has registered, under the names of the recording. */
  stray(credential: number, user: number): void;
  /** The code of the next step that was not used yet; waits until a server would take it. */
  code(secret: string): Promise<string>;
  /** The secret that was set up last. */
  secret: string;
  /** Of keys that are not as others, by their number in the recording. */
  readonly settings: Record<number, AuthenticatorSettings>;
}

const STEP = 30_000;
const REGISTERS = /_register$/;

export function createPossessions(bindings: Bindings, origin: string): Possessions {
  const keys = new Map<number, Authenticator>();
  const ids = new Map<number, Buffer>();
  const used = new Map<string, number>();
  const before = new Map<string, string>();
  const settings: Record<number, AuthenticatorSettings> = {};

  function make(number: number, options: Parameters<Authenticator['create']>[0], bend?: BendName | Bend) {
    const id = ids.get(number) ?? randomBytes(32);
    ids.set(number, id);
    bindings.bind(`credential:${number}`, id.toString('base64url'));
    bindings.bind(`credential-hex:${number}`, id.toString('hex'));
    bindings.bind(`credential-base64:${number}`, id.toString('base64'));
    const key = createAuthenticator({ origin, ...settings[number] });
    keys.set(number, key);
    return key.create(options, { id, ...(bend === undefined ? {} : { bend }) });
  }

  function sign(number: number, options: Parameters<Authenticator['get']>[0], bend?: BendName | Bend) {
    const key = keys.get(number);
    const [credential] = key?.credentials ?? [];
    if (key === undefined || credential === undefined) throw new Error(`nobody has made <credential:${number}>`);
    return key.get(options, { credential, ...(bend === undefined ? {} : { bend }) });
  }

  return {
    settings,
    secret: '',
    answer(field, recorded, form, bent) {
      const number = Number(/<credential:(\d+)>/.exec(recorded)?.[1]);
      if (Number.isNaN(number)) return recorded;
      const last = before.get(field);
      // Nobody asks: what was answered elsewhere is tried.
      if (last !== undefined && (bent === 'as before' || !form.asks(field))) return last;
      const bend = bent === 'as before' ? undefined : bent;
      const { response } = REGISTERS.test(field)
        ? make(number, form.creation(field), bend)
        : sign(number, form.request(field), bend);
      const parts: Readonly<Record<string, unknown>> = { ...response };
      const text = recorded.replaceAll(/<(attestation-object|client-data|authenticator-data|signature)>/g, (_, part) =>
        String(parts[PARTS[String(part)] ?? '']),
      );
      const answer = filled(text, bindings);
      before.set(field, answer);
      return answer;
    },
    stray(credential, user) {
      const handle = randomBytes(32).toString('base64url');
      bindings.bind(`user:${user}`, handle);
      make(credential, {
        rp: { id: 'shop.example' },
        user: { id: handle },
        challenge: handle,
        pubKeyCredParams: [{ alg: -7 }],
      });
    },
    async code(secret) {
      const step = Math.max((used.get(secret) ?? 0) + 1, Math.floor(Date.now() / STEP) - 1);
      used.set(secret, step);
      // A server takes the step before, this one and the next.
      await delay(Math.max(0, (step - 1) * STEP - Date.now()));
      return oneTimeCode(secret, step * STEP);
    },
  };
}

/** What the placeholders of an answer stand for. */
const PARTS: Readonly<Record<string, string>> = {
  'attestation-object': 'attestationObject',
  'client-data': 'clientDataJSON',
  'authenticator-data': 'authenticatorData',
  signature: 'signature',
};
