/** The pages' own texts; labels and messages come with the flow. Another language replaces them as a whole. */
export const english = {
  language: 'en',
  optional: 'optional',
  or: 'or',
  errorTitle: 'Error',
  login: { title: 'Sign in', lead: 'Good to see you again.' },
  refresh: {
    title: 'Confirm it is you',
    lead: 'This part is guarded: show once more who you are. Then you go on where you were.',
    as: 'Signed in as',
  },
  secondStep: { title: 'One more step', lead: 'Your account asks for a second proof.' },
  registration: { title: 'Create your account', lead: 'A moment, and you are in.' },
  settings: { title: 'Settings', lead: 'What we know about you, and how you sign in.' },
  recovery: { title: 'Recover your account', lead: 'Tell us your address and we send you a way back in.' },
  verification: { title: 'Confirm your address', lead: 'We send a message to it, to see that it is yours.' },
  sent: { title: 'Check your messages', lead: 'It can take a minute. Look among the spam, too.', to: 'Address:' },
  resendHint: 'Nothing there after half a minute? Then ask for another one.',
  sendLinkAgain: 'Send the link again',
  otherAddress: 'Use another address',
  verified: { title: 'Address confirmed', lead: 'Thank you. That is all.' },
  logout: { title: 'Sign out', lead: '' },
  toLogin: ['Already have an account?', 'Sign in'],
  backToLogin: ['Remembered after all?', 'Sign in'],
  toRegistration: ['New here?', 'Create an account'],
  toRecovery: 'Forgot how to sign in?',
  otherWay: 'Sign in another way',
  toInbox: 'Open the inbox of this development server',
  /** Titles of parts of a form that belong to no method; methods bring their own. */
  groups: { default: ['General', ''] },
  welcome: {
    signedOut: 'Nobody is signed in',
    signedOutLead: 'Sign in, or create an account. It takes less than a minute.',
    greeting: 'You are signed in',
    account: 'Account',
    settings: 'Settings',
    sessions: 'Devices',
    signOut: 'Sign out',
    confirmed: 'confirmed',
    unconfirmed: 'not confirmed',
    confirmNow: 'Confirm it',
    session: 'This session',
    since: 'Signed in',
    until: 'Lasts until',
    by: 'Proved by',
    level: 'Level',
    device: 'Device',
    identity: 'Account number',
    raw: 'The session as JSON',
    levels: { aal0: 'none', aal1: 'one factor', aal2: 'two factors' },
    /** Methods bring their own. */
    methods: {},
  },
  sessions: {
    title: 'Devices',
    lead: 'Where you are signed in. Anything you do not know? Sign it out and change your password.',
    current: 'this device',
    signOut: 'Sign out',
    signOutOthers: 'Sign out everywhere else',
    none: 'You are signed in nowhere else.',
    unknown: 'Unknown device',
    lastUsed: 'last used',
  },
  inbox: {
    title: 'Inbox',
    lead: 'What this development server would have sent.',
    empty: 'No messages yet. Register somebody, and the mail will be here.',
    back: 'All messages',
    to: 'To',
    status: 'Status',
    html: 'As a mail program shows it',
    open: 'Open the link',
  },
  flows: {
    title: 'Flows',
    lead: 'Every flow is a machine; this is what runs. Counts and median times are those of the last five minutes in this process.',
    picture: 'The machine',
    legend: ['waits for the person', 'checks', 'hook', 'stores', 'one transaction', 'refusal', 'never runs'],
    live: 'live',
    still: 'not live',
    table: 'The same as a table',
    state: 'State',
    count: 'Count',
    median: 'Median',
    recent: 'Recent flows',
    none: 'No flow was recorded that fits.',
    when: 'When',
    flow: 'Flow',
    method: 'Method',
    outcome: 'Outcome',
    took: 'Took',
    identity: 'Identity',
    hook: 'Hook',
    any: 'any',
    slow: 'a second or more',
    failed: 'failed',
    filter: 'Filter',
    all: 'All flows',
    older: 'Older',
    newest: 'Newest',
    looked: 'Looked through {count} records; there may be older ones that fit.',
    outcomes: {
      passed: 'passed',
      waits: 'goes on',
      refused: 'refused',
      elsewhere: 'sent elsewhere',
      failed: 'failed',
      opened: 'opened',
    },
    back: 'All flows',
    about: 'About',
    id: 'Id',
    type: 'Client',
    begun: 'Begun',
    expires: 'Expires',
    stands: 'Current state',
    gone: 'removed; its journal is kept',
    session: 'Session',
    typed: 'Filled in',
    masked: 'values are not shown',
    mails: 'Messages it caused',
    noMails: 'None.',
    why: 'Why',
    steps: 'Step by step',
    first: 'First',
    previous: 'Back',
    next: 'Forward',
    last: 'Last',
    keys: 'The arrow keys left and right go through the steps.',
    submit: 'Submit {number}',
    handed: 'goes on in another flow',
    unknownWay: 'this machine no longer has that way',
    nothing: 'Nothing was recorded yet: the flow was opened and waits.',
  },
  error: {
    again: 'Start again',
    home: 'To the start page',
    request: 'Request',
    why: 'Why (shown in development only)',
    /** The page of a flow failed twice in a row. */
    loop: {
      cookies:
        'Your browser did not send back the cookie that this site has just set. Allow cookies for this site, then start again.',
      other: 'This page failed twice in a row.',
    },
    known: {
      400: ['That did not work', 'The request was not one we could use. Start again from the beginning.'],
      401: ['Please sign in', 'This page is for people who are signed in.'],
      403: [
        'Not allowed',
        'The form may be too old, its cookie may be gone, or it came from another page. Start again from the beginning.',
      ],
      404: ['Nothing here', 'This address does not exist, or what was here has expired.'],
      405: ['Nothing to see', 'This address takes forms of this site and shows no page of its own.'],
      410: ['Too late', 'This page has expired. Start again: it takes a moment.'],
      413: ['Too much', 'What was sent is larger than this page takes. Send less of it.'],
      414: ['Address too long', 'This address is longer than a server can read. It may have been copied wrongly.'],
      415: [
        'That did not work',
        'The form was sent in a way that this server does not read. Start again from the beginning.',
      ],
      429: ['Slow down', 'Too many tries. Wait a little, then try again.'],
      431: [
        'Too many cookies',
        'Your browser sends more cookies than a server can read. Delete the cookies of this site, then try again.',
      ],
      500: ['Our mistake', 'Something went wrong on our side. Nothing was saved. Try again in a moment.'],
      502: ['Our mistake', 'A service we depend on did not answer. Nothing was saved. Try again in a moment.'],
      503: ['Very busy', 'More people than we can serve right now. Try again in a moment.'],
      504: ['Too slow', 'Something took longer than it may. Nothing was saved. Try again in a moment.'],
    },
  },
} as const;

type Worded<T> = T extends string ? string : { readonly [Key in keyof T]: Worded<T[Key]> };
type Fixed = Worded<Omit<typeof english, 'groups' | 'welcome'>> & {
  readonly welcome: Worded<Omit<(typeof english)['welcome'], 'methods'>>;
};
/** What the pages say. Parts of a form and proofs are named by the methods of the server. */
export type Texts = Fixed & {
  readonly groups: Readonly<Record<string, readonly [title: string, lead: string]>>;
  readonly welcome: { readonly methods: Readonly<Record<string, string>> };
};

/** What a method brings of its own: the title of its part of the settings, and the name of its proof. */
export interface MethodTexts {
  readonly name: string;
  readonly group: string;
  readonly texts?: {
    readonly section?: readonly [title: string, lead: string];
    readonly proof?: string;
    readonly recovery?: string;
  };
}

/** The texts with those of the methods in them. */
export function withMethods(texts: Texts, methods: readonly MethodTexts[]): Texts {
  const sections = methods.flatMap(({ group, texts: own }) => (own?.section ? [[group, own.section] as const] : []));
  const proofs = methods.flatMap(({ name, texts: own }): (readonly [string, string])[] => [
    ...(own?.proof === undefined ? [] : [[name, own.proof] as const]),
    ...(own?.recovery === undefined ? [] : [[`${name}_recovery`, own.recovery] as const]),
  ]);
  return {
    ...texts,
    groups: { ...texts.groups, ...Object.fromEntries(sections) },
    welcome: { ...texts.welcome, methods: { ...texts.welcome.methods, ...Object.fromEntries(proofs) } },
  };
}
