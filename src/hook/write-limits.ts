import type { Writes } from './define.ts';
import { InvalidVerdict } from './verdict.ts';

/** What the hooks of one submit have written by now. */
export interface Spent {
  /** Mails and requests. */
  readonly messages: number;
  /** Verifications that were begun, whose messages are the server's own. */
  readonly verifications: number;
  readonly notes: number;
  /** Of all messages and notes, as UTF-8. */
  readonly bytes: number;
}

export const NOTHING_SPENT: Spent = { messages: 0, verifications: 0, notes: 0, bytes: 0 };

/** The most that all hooks of a submit write together. */
export const MOST: Spent = { messages: 10, verifications: 10, notes: 20, bytes: 65_536 };

const NAMES: Readonly<Record<keyof Spent, string>> = {
  messages: `${MOST.messages} messages`,
  verifications: `${MOST.verifications} verifications`,
  notes: `${MOST.notes} notes`,
  bytes: '64 KiB',
};

/** Counts one more write; throws where it is more than the hooks of a submit may write. */
export function spend(spent: Spent, what: Exclude<keyof Spent, 'bytes'>, ...texts: readonly string[]): Spent {
  const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const next = { ...spent, [what]: spent[what] + 1, bytes: spent.bytes + size };
  for (const each of [what, 'bytes'] as const)
    if (next[each] > MOST[each])
      throw new InvalidVerdict(`It wrote more than the hooks of one submit may: ${NAMES[each]}.`);
  return next;
}

/** What is spent so far, and where the next sum goes. */
export interface Spending {
  spent(): Spent;
  keep(spent: Spent): void;
}

/** The writes of one call, of which each counts first. */
export function boundedWrites(writes: Writes, { spent, keep }: Spending): Writes {
  let issues = false;
  const count = (...more: readonly [Parameters<typeof spend>[1], ...(readonly string[])]): void =>
    keep(spend(spent(), ...more));
  return {
    ...writes,
    sessions: {
      ...writes.sessions,
      async issue() {
        if (issues) throw new InvalidVerdict('It asked for a second session; a submit issues one.');
        issues = true;
        await writes.sessions.issue();
      },
    },
    verification: {
      async start(which) {
        count('verifications');
        return writes.verification.start(which);
      },
    },
    outbox: {
      async put(mail) {
        count('messages', mail.subject, mail.text, mail.html ?? '');
        await writes.outbox.put(mail);
      },
      async request(request) {
        const { url, headers = {}, body = '' } = request;
        count('messages', url, JSON.stringify(headers), body);
        await writes.outbox.request(request);
      },
    },
    notes: {
      async set(key, value) {
        count('notes', key, JSON.stringify(value));
        await writes.notes.set(key, value);
      },
    },
  };
}
