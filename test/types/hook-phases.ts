/*
 * What a hook may do in its phase, as the compiler sees it. Nothing here runs: `tsc` fails when a line that must not
 * compile does.
 */
import { defineHook, type Draft, type Message, type ReturnUrl } from 'sallyport/plugin';

declare const draft: Draft;
declare const messages: readonly Message[];
declare const error: Message;
declare const to: ReturnUrl;

const everywhere = { timeoutMs: 1_000, at: {} } as const;

/** Each phase with all that it may do: what the others are compared with. */
export const allowed = defineHook({
  ...everywhere,
  name: 'allowed',
  run: {
    prepare: async (_facts, _config, { fetch }) =>
      (await fetch('https://hooks.sallyport.test/')).ok ? { kind: 'modify', draft } : { kind: 'fail', messages },
    write: async (_facts, _config, { sessions, notes }) => {
      await sessions.issue();
      await notes.set('seen', true);
      return { kind: 'divert', to, error };
    },
    follow: async (_facts, _config, { fetch }) =>
      (await fetch('https://hooks.sallyport.test/')).ok ? { kind: 'continue', offer: [] } : { kind: 'redirect', to },
  },
});

/* In the transaction: no network, no change to what is about to be stored, no redirect. */

export const writeFetches = defineHook({
  ...everywhere,
  name: 'write_fetches',
  run: {
    // @ts-expect-error -- a write hook holds the transaction: it is not given the network
    write: async (_facts, _config, { fetch }) => {
      await fetch('https://hooks.sallyport.test/');
      return { kind: 'continue' };
    },
  },
});

export const writeModifies = defineHook({
  ...everywhere,
  name: 'write_modifies',
  run: {
    // @ts-expect-error -- the draft is stored already: only a prepare hook changes it
    write: () => ({ kind: 'modify', draft }),
  },
});

export const writeRedirects = defineHook({
  ...everywhere,
  name: 'write_redirects',
  run: {
    // @ts-expect-error -- a write hook leads elsewhere with `divert`, which says what happens to the writes
    write: () => ({ kind: 'redirect', to }),
  },
});

/* Before it: nothing is written, nothing diverted. */

export const prepareWrites = defineHook({
  ...everywhere,
  name: 'prepare_writes',
  run: {
    // @ts-expect-error -- there is no transaction yet: a prepare hook cannot write
    prepare: async (_facts, _config, { sessions }) => {
      await sessions.revokeOthers();
      return { kind: 'continue' };
    },
  },
});

export const preparePutsMail = defineHook({
  ...everywhere,
  name: 'prepare_puts_mail',
  run: {
    // @ts-expect-error -- the outbox is part of the transaction: a prepare hook cannot put mails
    prepare: async (_facts, _config, { outbox }) => {
      await outbox.put({ subject: 'Hello', text: 'Hello.' });
      return { kind: 'continue' };
    },
  },
});

export const prepareDiverts = defineHook({
  ...everywhere,
  name: 'prepare_diverts',
  run: {
    // @ts-expect-error -- nothing is written that a divert could keep
    prepare: () => ({ kind: 'divert', to, error }),
  },
});

/* After it: everything is stored. Nothing is refused, changed or written any more. */

export const followFails = defineHook({
  ...everywhere,
  name: 'follow_fails',
  run: {
    // @ts-expect-error -- after the commit nothing can be refused
    follow: () => ({ kind: 'fail', messages }),
  },
});

export const followModifies = defineHook({
  ...everywhere,
  name: 'follow_modifies',
  run: {
    // @ts-expect-error -- after the commit there is no draft to change
    follow: () => ({ kind: 'modify', draft }),
  },
});

export const followWrites = defineHook({
  ...everywhere,
  name: 'follow_writes',
  run: {
    // @ts-expect-error -- the transaction is over: a follow hook cannot write
    follow: async (_facts, _config, { notes }) => {
      await notes.set('seen', true);
      return { kind: 'continue' };
    },
  },
});
