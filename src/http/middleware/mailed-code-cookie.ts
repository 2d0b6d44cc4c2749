import type { Context } from 'koa';
import type { CookieSettings } from '../../config/config.ts';
import type { Clock } from '../../kernel/clock.ts';
import { parseFlowId, type FlowId } from '../../kernel/id.ts';
import { isObject } from '../../kernel/json.ts';
import { createSealedCookie, type Keyring } from './sealed-cookie.ts';

/** The code of a message that a browser brought to its flow: it is shown there, and binds the browser to that flow. */
export interface MailedCode {
  readonly flow: FlowId;
  readonly code: string;
}

/** Keeps a mailed code in the browser that opened its link, encrypted, for ten minutes (docs/decisions/0043). */
export interface MailedCodeCookie {
  set(ctx: Context, mailed: MailedCode): void;
  /** What this request brings, or has just set. */
  read(ctx: Context): MailedCode | undefined;
}

export interface MailedCodeCookieParts {
  readonly keyring: Keyring;
  readonly clock: Clock;
  /** Those of the session cookie. */
  readonly settings: CookieSettings & { readonly name: string };
  /** The public base URL: the cookie of one environment is invalid in another. */
  readonly baseUrl: string;
}

const LIFE = 10 * 60;
const MAX_BYTES = 2_048;

export function createMailedCodeCookie({ keyring, clock, settings, baseUrl }: MailedCodeCookieParts): MailedCodeCookie {
  const cookie = createSealedCookie({
    keyring,
    what: 'mailed code',
    name: `${settings.name}_code`,
    settings,
    baseUrl,
    maxBytes: MAX_BYTES,
  });
  const parse = (text: string): MailedCode | undefined => {
    const content: unknown = JSON.parse(text); // sealed here
    if (!isObject(content) || Number(content['until']) <= clock.now()) return undefined;
    const flow = parseFlowId(content['flow']);
    return flow === undefined ? undefined : { flow, code: String(content['code'] ?? '') };
  };
  return {
    set(ctx, mailed) {
      const until = clock.now() + LIFE * 1_000;
      cookie.set(ctx, JSON.stringify({ ...mailed, until }), { maxAge: LIFE, expires: until });
      ctx.state['mailedCode'] = mailed;
    },
    read: (ctx) =>
      (ctx.state['mailedCode'] as MailedCode | undefined) ?? // set above alone
      cookie.read(ctx).flatMap((text) => parse(text) ?? [])[0],
  };
}
