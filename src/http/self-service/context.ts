import type { Context } from 'koa';
import type { Requester } from '../../engine/contract.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Runner } from '../../engine/parts.ts';
import type { FlowId } from '../../kernel/id.ts';
import type { Session, SessionWithIdentity } from '../../session/session.ts';
import type { Body } from '../../kernel/body.ts';
import type { ErrorFlows } from './error-flows.ts';

/** What routes need beside the runner; made once by `buildApp`. */
export interface Web {
  readonly engine: Engine;
  readonly runner: Runner;
  readonly cookies: SessionCookies;
  readonly csrf: Csrf;
  /** Refuses browser requests that foreign sites caused (security CS-5). */
  readonly sites: { check(ctx: Context): void };
  /** Who is signed in, if they still are; looked up once a request. */
  session(ctx: Context): Promise<SessionWithIdentity | undefined>;
  /** The same and all else a flow may want to know of who asks. */
  requester(ctx: Context): Promise<Requester>;
  /** The session's token as it was presented, and how. */
  presented(ctx: Context): { readonly token: string; readonly by: 'header' | 'cookie' | 'bearer' } | undefined;
  body(ctx: Context): Promise<Body>;
  /** JSON for an error, without the transport. */
  errorJson(error: unknown, ctx: Context): Readonly<Record<string, unknown>>;
  /** Follows from the session's token alone; stored nowhere. */
  logoutToken(sessionToken: string): string;
  /** Compares without telling by time where two secrets differ. */
  sameSecret(a: string, b: string): boolean;
  /** Undefined unless `dev`. */
  readonly errorFlows: ErrorFlows | undefined;
  readonly version: string;
  /** Sign-in at providers; undefined: switched off. */
  readonly oidc: ProviderDoor | undefined;
}

/** What routes and pages need of the providers. */
export interface ProviderDoor {
  /** The flow a state was made for; undefined for one that was not made here. */
  flowOf(state: string): FlowId | undefined;
  /** True while the flow waits for this state's answer, from this provider where the path names one. */
  awaits(flow: FlowId, answer: { readonly state: string; readonly provider: string | undefined }): Promise<boolean>;
  /** The provider answers by a cross-site POST. */
  posts(provider: string): boolean;
  /** A stored token of a provider, for administrators who ask for it; empty for what does not open. */
  openToken(sealed: string, about: string): string;
  /** Where the providers' pages are: a form of ours may lead there. */
  origins(): Promise<readonly string[]>;
}

export interface SessionCookies {
  issue(ctx: Context, token: string, session: Session): void;
  clear(ctx: Context): void;
}

/** The CSRF cookie: 16 random bytes and a keyed half bound to the session presented (security CS-1). */
export interface Csrf {
  /** The cookie's random half if the cookie is right; else a new cookie is set. Base64. */
  ensure(ctx: Context, sessionId: string | undefined): string;
  /** Sets a new cookie with this half. */
  set(ctx: Context, half: string, sessionId: string | undefined): void;
  /** The token for a form: masked anew each time. */
  token(half: string, sessionId: string | undefined): string;
  /** A random half for a cookie that may be set later. */
  fresh(): string;
  /** True for the browser that began the flow. */
  owns(ctx: Context, flowHalf: string, sessionId: string | undefined): boolean;
  /** Throws `security_csrf_violation` unless cookie, flow and (where given) submitted token agree. */
  check(
    ctx: Context,
    flowHalf: string,
    sessionId: string | undefined,
    submitted: 'fetch' | { readonly token: string | undefined },
  ): void;
}
