import type { Context } from 'koa';
import type { Config } from '../../config/config.ts';
import type { Requester } from '../../engine/contract.ts';
import type { Engine } from '../../engine/engine.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import type { Body } from '../../kernel/body.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { ClientNetwork } from '../../limit/network.ts';
import type { Limits } from '../../limit/budgets.ts';
import type { SessionWithIdentity } from '../../session/session.ts';
import type { Tokenizer } from '../../session/tokenizer.ts';
import type { Csrf } from '../middleware/csrf.ts';
import type { DeviceCookie } from '../middleware/device-cookie.ts';
import type { FetchMetadata } from '../middleware/fetch-metadata.ts';
import type { MailedCodeCookie } from '../middleware/mailed-code-cookie.ts';
import type { SessionCookie } from '../middleware/session-cookie.ts';
import type { Presented } from '../middleware/presented-session.ts';
import type { LoopGuard } from './loop-guard.ts';
import type { ProviderCallback } from './provider-callback.ts';
import type { StoredErrors } from './stored-errors.ts';

/** Everything that the routes of the public listener use; made once by the composition. */
export interface HttpContext {
  readonly engine: Engine;
  readonly config: Config;
  readonly schemas: IdentitySchemas;
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'take'>;
  readonly errors: StoredErrors;
  readonly cookies: Pick<SessionCookie, 'issue' | 'clear'>;
  /** The code of a mailed link, in the browser that opened it. */
  readonly mailedCode: MailedCodeCookie;
  /** By which an account knows the browser again. */
  readonly devices: Pick<DeviceCookie, 'remember'>;
  readonly csrf: Csrf;
  readonly loops: LoopGuard;
  /** Refuses browser requests that foreign sites caused (security CS-5). */
  readonly sites: FetchMetadata;
  /**
   * The credential that the request presents, with its active session; looked up once a request. Throws
   * `session_conflict` where cookies of different people came.
   */
  presented(ctx: Context): Promise<Presented | undefined>;
  /** The active session that the request presents. */
  session(ctx: Context): Promise<SessionWithIdentity | undefined>;
  /** The session with this token, ended or not, while its row is kept. */
  anySessionOf(token: string): Promise<SessionWithIdentity | undefined>;
  /** The network that the request came from, as budgets go by it. */
  network(ctx: Context): ClientNetwork;
  /** The session and everything else that a flow may know of the client. */
  requester(ctx: Context): Promise<Requester>;
  /** Read once, however often it is asked for. */
  body(ctx: Context): Promise<Body>;
  /** The JSON of an error, without the transport. */
  errorJson(error: unknown, ctx: Context): Readonly<Record<string, unknown>>;
  /** Derived from the session's token alone; stored nowhere. */
  logoutToken(sessionToken: string): string;
  /** Compares two secrets in constant time. */
  sameSecret(a: string, b: string): boolean;
  /** Sessions as signed tokens. */
  readonly tokenizer: Tokenizer;
  /** Sign-in at providers; undefined where it is switched off. */
  readonly providers: ProviderCallback | undefined;
}
