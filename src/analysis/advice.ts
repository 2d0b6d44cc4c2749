import type { Explanation } from './explanation.ts';

/** By the code a failure or a refusal begins with. */
const BY_CODE: Readonly<Record<string, string>> = {
  hook_failed: 'the hook threw, or answered what it may not: mend it; nothing of this submit was stored, and it can be sent again',
  hook_timeout: 'the hook took longer than its timeoutMs: find out what it waits for, or give it more time; the submit can be sent again',
  upstream_error: 'another server did not answer: see whether it is up and reachable from here; the submit can be sent again',
  unavailable: 'the database could not be written in time: see what holds it, and whether its disk is full; the submit can be sent again',
  overloaded: 'the server was busy: it asked the client to come back; more cores or fewer logins at once help',
  too_many_requests: 'somebody tried too often: wait, or raise the budget under `limits`',
  security_csrf_violation: 'the request came without the cookie or the csrf_token of the browser that began the flow: see that the page sends both, and that it is on the same site',
  forbidden: 'the request came from a page of a site the server does not know: add its origin to the ui_urls or to serve.public.cors',
  second_factor_missing: 'the account has a second factor that no message takes away: whoever it belongs to asks you, and you take it off by the admin API once you know them',
  session_inactive: 'the person has to sign in again, then begin the flow again',
  unauthorized: 'the person has to sign in again, then begin the flow again',
  session_refresh_required: 'the sign-in is too old for this change: the person signs in once more, and the change goes on',
  session_already_available: 'nothing: somebody is signed in already',
  security_identity_mismatch: 'the flow belongs to somebody else than who is signed in: begin a new one',
  bad_request: 'the client has to send what the reason says',
  unsupported_media_type: 'the client has to send a form or JSON',
  flow_expired: 'begin a new flow',
}; // prettier-ignore

/** What to do about where a flow stands. */
export function adviceFor({ kind, stands, stopped, others }: Omit<Explanation, 'advice' | 'text'>): string {
  if (stopped === undefined) return BY_STANDING[stands];
  switch (stopped.verdict) {
    case 'replaced':
      return `look at the flow in its place: sallyport why ${others[0] ?? '<flow-id>'}`;
    case 'expired':
      return 'begin a new flow; if people need longer, raise the lifespan of this flow';
    case 'mail':
      return 'see whether the courier reaches its server (courier.smtp, or courier.http) and the address is right; the person can ask for another mail';
    case 'hook.fail':
      return 'the hook refused with a message that stands on the form: if it should not have, mend the hook or its config';
    case 'hook.redirect':
      return 'the hook sent the person elsewhere before anything was stored: see `sallyport check`';
    case 'hook.divert':
      return 'what was written stays, and no session was issued: the person follows the link the hook named';
    case 'strategy.reject':
      return 'what was typed was not right: the form says so, and the person tries again';
    case 'store.taken':
      return takenIn(kind, stopped.cause);
    case 'store.stale':
      return 'the account was changed at the same time: the person tries again';
    default:
      return BY_CODE[stopped.code] ?? 'look for the request in the log, under the time above';
  }
}

/** The message with which the first proof of an account asks for a credential of it. */
const ASKS = /\b1900002\b/;

function takenIn(kind: Explanation['kind'], cause: string): string {
  if (ASKS.test(cause))
    return 'nobody had proved the account, and another browser made it: the person shows its password, sets a new one, or says that it was not them';
  if (kind === 'verification' || kind === 'recovery')
    return 'the code or link was used at the same time: the person asks for another one';
  return 'what was to be stored is taken already: the person signs in, or takes another identifier';
}

const BY_STANDING: Readonly<Record<Explanation['stands'], string>> = {
  waits: 'nothing went wrong so far: it waits for what the person sends next',
  finished: 'nothing: it came to its end',
  owes: 'nothing: the server does what is owed within half a minute; if it does not, see that one is running',
  over: 'begin a new flow',
  unknown: 'check the id and the database; flows are removed when they expire, their records after journal.keep',
};
