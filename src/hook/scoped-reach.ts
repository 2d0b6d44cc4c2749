import type { ReturnUrl } from '../kernel/return-url.ts';
import type { Outside, PluginMail, PluginRequest, ReachIn, StartedFlow, Writes } from './define.ts';
import type { Phase } from '../kernel/verdict.ts';
import { isProblem, parseConfiguredUrl } from '../kernel/return-url.ts';
import { InvalidVerdict, parseJson } from './verdict.ts';

/** What one call of a hook may reach, until the call ends. */
export interface ScopedReach<P extends Phase> {
  readonly reach: ReachIn[P];
  /** URLs that were handed to the hook, and that it may therefore answer with. */
  readonly urls: ReadonlySet<string>;
  /** Waits for writes that the hook did not wait for. */
  settled(): Promise<void>;
  /** What the store threw, also where the hook caught it: the transaction is lost then. */
  storeError(): { readonly error: unknown } | undefined;
  /** The call has ended: from now on nothing can be written through this reach. */
  end(): void;
}

export interface Terms {
  readonly signal: AbortSignal;
  /** A URL that the hook may answer with, as it is checked; undefined for any other. */
  readonly trusted: (url: string) => ReturnUrl | undefined;
  /** The error of a call that comes when the hook has ended; it is reported. */
  readonly late: (what: string) => Error;
  /** Leaves the hook's context: what the store does is not the hook's doing. */
  readonly outside: <T>(work: () => T) => T;
}

const NOTE_KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const NOTE_BYTES = 4_096;
const MAIL_CHARACTERS = 65_536;

/** The reach of prepare and follow. */
export function scopeOutside(
  given: Outside,
  { signal, outside, trusted, late }: Terms,
): ScopedReach<'prepare' | 'follow'> {
  const urls = new Set<string>();
  let ended = false;
  const reach: Outside = {
    fetch: (input, init) => {
      if (ended) return Promise.reject(late('fetch'));
      const signals = [signal, init?.signal].filter((each) => each instanceof AbortSignal);
      return outside(() => given.fetch(input, { ...init, signal: AbortSignal.any(signals) }));
    },
    log: {
      info: (message, facts) => given.log.info(message, facts),
      warn: (message, facts) => given.log.warn(message, facts),
    },
    returnUrl(fallback: ReturnUrl): ReturnUrl {
      // The type says that it was checked; what was compiled elsewhere says what it likes.
      const checked = typeof fallback === 'string' ? trusted(fallback) : undefined;
      if (checked === undefined)
        throw new InvalidVerdict(
          `It gave reach.returnUrl an address that neither its configuration nor the allow list has: ${shown(fallback)}.`,
        );
      const url = given.returnUrl(checked);
      urls.add(url);
      return url;
    },
    flow: () => given.flow(),
  };
  return {
    reach: Object.freeze(reach),
    urls,
    settled: async () => undefined,
    storeError: () => undefined,
    end: () => {
      ended = true;
    },
  };
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value.slice(0, 200)) : typeof value;

/**
 * The reach of write. Arguments are checked here, so that an error of the store is never the hook's fault; a hook that has
 * ended cannot write.
 */
export function scopeWrites(writes: Writes, { outside, late }: Terms): ScopedReach<'write'> {
  const urls = new Set<string>();
  const pending = new Set<Promise<unknown>>();
  let failed: { readonly error: unknown } | undefined;
  let ended = false;

  const perform: Perform = (what, work) => {
    if (ended) return Promise.reject(late(what));
    const done = outside(work).catch((error: unknown) => {
      // More than a submit may write is the hook's fault, not the store's.
      if (!(error instanceof InvalidVerdict)) failed ??= { error };
      throw error;
    });
    pending.add(done);
    const forget = (): void => void pending.delete(done);
    done.then(forget, forget);
    return done;
  };

  return {
    reach: Object.freeze(checkedWrites(writes, perform, urls)),
    urls,
    settled: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
    storeError: () => failed,
    end: () => {
      ended = true;
    },
  };
}

type Perform = <T>(what: string, work: () => Promise<T>) => Promise<T>;

/** The writes of a hook with their arguments checked; `perform` runs each, and `urls` collects those handed out. */
function checkedWrites(writes: Writes, perform: Perform, urls: Set<string>): Writes {
  return {
    sessions: Object.freeze({
      issue: () => perform('sessions.issue', () => writes.sessions.issue()),
      revokeOthers: () => perform('sessions.revokeOthers', () => writes.sessions.revokeOthers()),
    }),
    verification: Object.freeze({
      start: async (which?: 'first' | 'all') => {
        if (which !== undefined && which !== 'first' && which !== 'all')
          throw new InvalidVerdict("verification.start takes 'first' or 'all'.");
        const started = await perform('verification.start', () => writes.verification.start(which));
        for (const { url } of started) urls.add(url);
        return started.map(({ id, address, url }): StartedFlow => Object.freeze({ id, address, url }));
      },
    }),
    outbox: Object.freeze({
      put: async (mail: PluginMail) => {
        const checked = parseMail(mail);
        await perform('outbox.put', () => writes.outbox.put(checked));
      },
      request: async (request: PluginRequest) => {
        const checked = parseRequest(request);
        await perform('outbox.request', () => writes.outbox.request(checked));
      },
    }),
    notes: Object.freeze({
      set: async (key: string, value: unknown) => {
        const json = parseJson(value, 'note');
        if (typeof key !== 'string' || !NOTE_KEY.test(key))
          throw new InvalidVerdict('The key of a note is letters, digits, _, - and ., at most 64.');
        if (Buffer.byteLength(JSON.stringify(json)) > NOTE_BYTES)
          throw new InvalidVerdict(`A note holds at most ${NOTE_BYTES} bytes.`);
        await perform('notes.set', () => writes.notes.set(key, json));
      },
    }),
    flow: () => writes.flow(),
  };
}

function parseMail({ subject, text, html }: PluginMail): PluginMail {
  // oxlint-disable-next-line no-control-regex -- a line break would begin another header
  if (typeof subject !== 'string' || subject === '' || subject.length > 500 || /[\u0000-\u001f\u007f]/.test(subject)) {
    throw new InvalidVerdict('The subject of a mail is one line of at most 500 characters.');
  }
  const bodies: readonly unknown[] = html === undefined ? [text] : [text, html];
  if (bodies.some((body) => typeof body !== 'string' || body.length > MAIL_CHARACTERS)) {
    throw new InvalidVerdict(`The text of a mail has at most ${MAIL_CHARACTERS} characters.`);
  }
  return { subject, text, ...(html !== undefined && { html }) };
}

const METHOD = /^[A-Z]{3,16}$/;

function parseRequest({ url, method, headers = {}, body = '' }: PluginRequest): PluginRequest {
  const parsed = typeof url === 'string' ? parseConfiguredUrl(url) : undefined;
  if (parsed === undefined || isProblem(parsed))
    throw new InvalidVerdict('A request goes to an absolute http or https URL.');
  if (typeof method !== 'string' || !METHOD.test(method))
    throw new InvalidVerdict('The method of a request is a word in capitals.');
  if (typeof body !== 'string' || body.length > MAIL_CHARACTERS)
    throw new InvalidVerdict(`The body of a request has at most ${MAIL_CHARACTERS} characters.`);
  try {
    return { url: parsed, method, headers: Object.fromEntries(new Headers(headers)), body };
  } catch {
    throw new InvalidVerdict('The headers of a request are not headers.');
  }
}
