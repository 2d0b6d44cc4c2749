import type { FlowKind } from './flow.ts';
import type { Final, What } from './flow-grammar.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { Role } from './chart.ts';

/** How states and events are called in pictures. Names from the configuration stay as they are written there. */
export const FLOW_TITLES: Readonly<Record<FlowKind, string>> = {
  login: 'Login',
  registration: 'Registration',
  settings: 'Settings',
  verification: 'Verification',
  recovery: 'Recovery',
  logout: 'Logout',
};

const BOXES: Readonly<Record<Phase, string>> = {
  prepare: 'before persisting',
  write: 'one transaction',
  follow: 'after persisting',
};

/** What a page is for; a page that is not listed goes by its name alone. */
const PAGES: Readonly<Record<string, string>> = {
  form: 'the form',
  identifier: 'who you are',
  credentials: 'how you prove it',
  traits: 'about you',
  confirm: 'a known person confirms',
  second: 'the second step',
  sent: 'a message was sent',
  away: 'away at a provider',
  complete: 'what the provider left out',
  link: 'connecting an account',
  key: 'a security key is asked for',
  held: 'put aside until the person has proved themselves',
  success: 'saved',
  address: 'which address',
};

const STORES: Readonly<Record<What, string>> = {
  identity: 'store the identity',
  changes: 'store the changes',
  session: 'begin the session',
  challenge: 'store what is asked for',
  consume: 'use up the code',
  verified: 'mark the address verified',
  recovered: 'mark the address recovered',
  settings: 'begin a settings flow',
  revoked: 'end the session',
  link: 'connect the account',
  flow: 'store the flow',
};

const FINALS: Readonly<Record<Final, string>> = {
  refused: 'refused, no flow begins',
  redirected: 'redirected, no flow begins',
  continued: 'goes on in another flow',
  diverted: 'stored, and sent elsewhere',
  passed: 'passed',
  done: 'done',
};

/** Words for a key that need not have any. */
const wordFor = (words: Readonly<Record<string, string>>, key: string): string | undefined => words[key];

const WAYS_IN: Readonly<Record<string, string>> = {
  before: 'before the flow',
  before_sent: 'before the flow, message sent',
  before_refresh: 'before the flow, known person',
  before_second: 'before the flow, second step',
  before_link: 'before the flow, connecting',
  before_complete: 'before the flow, from login',
  before_known: 'before the flow, known account',
  before_passed: 'before the flow, already passed',
};

const EVENTS: Readonly<Record<string, string>> = {
  open: 'opened',
  'open.sent': 'opened, message sent',
  'open.refresh': 'opened, known person',
  'open.second': 'opened, second step',
  'open.link': 'opened, connecting',
  'open.complete': 'handed over by login',
  'open.known': 'handed over, known',
  'open.passed': 'opened, already passed',
  submit: 'submit',
  return: 'comes back',
  'strategy.reject': 'not accepted',
  'strategy.other': 'belongs to another flow',
  'store.done': 'stored',
  'store.taken': 'taken',
  'store.stale': 'changed meanwhile',
  'hook.continue': 'continue',
  'hook.modify': 'modify',
  'hook.redirect': 'redirect',
  'hook.fail': 'fail',
  'hook.divert': 'divert',
};

/** `accept.password` → `password accepted`; an event without words stays as it is. */
export function sayEvent(event: string): string {
  const said = EVENTS[event];
  if (said !== undefined) return said;
  const [kind, what] = event.split('.', 2);
  if (kind === 'accept' && what !== undefined) return `${what} accepted`;
  if (kind === 'challenge' && what !== undefined) return `asks for ${what}`;
  return event;
}

export interface Named {
  readonly role: Role;
  readonly key: string;
  readonly phase: Phase | undefined;
}

/** A state's title, and what may stand below it in smaller letters. */
export function sayState({ role, key, phase }: Named): { readonly title: string; readonly detail?: string } {
  switch (role) {
    case 'opening':
      return { title: 'opening' };
    case 'waiting':
      return { title: 'waits for the person' };
    case 'checking':
      return { title: 'checks what was sent' };
    case 'store':
      if (key.startsWith('ask_')) return { title: `ask for ${key.slice(4)}` };
      return { title: wordFor(STORES, key) ?? `store: ${key}` };
    case 'final':
      return { title: wordFor(FINALS, key) ?? key };
    case 'page': {
      const detail = PAGES[key];
      return { title: key, ...(detail !== undefined && { detail }) };
    }
    case 'before':
      return { title: WAYS_IN[key] ?? key };
    case 'box':
      return { title: phase === undefined ? key : BOXES[phase] };
    case 'lane':
    case 'hook':
      return { title: key };
  }
}
