import { expect, test } from 'vitest';
import { input, type Node } from '../flow/json.ts';
import { planForms, type Layout } from './form-plan.ts';

const csrf = input('default', 'csrf_token', 'hidden', { value: 't', required: true });
const identifier = input('default', 'identifier', 'text', { value: '', required: true });
const password = [
  input('password', 'password', 'password', { required: true }),
  input('password', 'method', 'submit', { value: 'password' }),
];
const codeButton = input('code', 'method', 'submit', { value: 'code' });
const provider = input('oidc', 'provider', 'submit', {
  value: 'work',
  label: { id: 1010002, text: 'Sign in with work', type: 'info', context: { provider: 'work' } },
});
const totp = [
  input('totp', 'totp_code', 'text', { required: true }),
  input('totp', 'method', 'submit', { value: 'totp' }),
];
const lookup = [
  input('lookup_secret', 'lookup_secret', 'text', { required: true }),
  input('lookup_secret', 'method', 'submit', { value: 'lookup_secret' }),
];

const added = { id: 1050018, text: 'Remove', type: 'info', context: { added_at: '2026-01-02T03:04:05Z' } } as const;
const scriptNode: Node = {
  type: 'script',
  group: 'webauthn',
  attributes: {
    src: '/webauthn.js',
    async: true,
    referrerpolicy: 'no-referrer',
    crossorigin: 'anonymous',
    integrity: 'sha512-',
    type: 'text/javascript',
    id: 'webauthn_script',
    nonce: 'n',
    node_type: 'script',
  },
  messages: [],
  meta: {},
};

const shape = (kind: Layout, nodes: readonly Node[]): readonly string[] =>
  planForms(kind, nodes).map(({ hidden, shown, buttons }) => {
    const names = (some: readonly Node[]): string =>
      some
        .map(({ attributes }) => (attributes.node_type === 'input' ? attributes.name : attributes.node_type))
        .join(' ');
    const pressed = buttons.map(({ node, aside }) => `${String(node.attributes.value)}${aside ? '*' : ''}`);
    return `${names(hidden)} | ${names(shown)} | ${pressed.join(' ')}`;
  });

test.each<readonly [string, Layout, readonly Node[], readonly string[]]>([
  [
    'a provider stands in a form of its own, so that Enter does not leave the site',
    'login',
    [provider, csrf, identifier, ...password],
    ['csrf_token | identifier password | password', 'csrf_token |  | work'],
  ],
  [
    'a code needs no password: its button stands beside, behind the one Enter presses',
    'login',
    [csrf, identifier, codeButton, ...password],
    ['csrf_token | identifier password | password code*'],
  ],
  [
    'each second factor has its own form',
    'login',
    [csrf, ...totp, ...lookup],
    ['csrf_token | totp_code | totp', 'csrf_token | lookup_secret | lookup_secret'],
  ],
  [
    'a form that a provider waits for goes with its button',
    'registration',
    [csrf, provider, input('default', 'traits.email', 'email', { required: true })],
    ['csrf_token | traits.email | work'],
  ],
  [
    'going back asks for no password',
    'registration',
    [
      csrf,
      input('default', 'traits.email', 'hidden', { value: 'a' }),
      ...password,
      input('profile', 'screen', 'submit', { value: 'previous' }),
    ],
    ['csrf_token traits.email | password | password previous*'],
  ],
  [
    'a resend asks for no code',
    'recovery',
    [
      csrf,
      input('code', 'code', 'text', { required: true }),
      input('code', 'method', 'hidden', { value: 'code' }),
      input('code', 'method', 'submit', { value: 'code' }),
      input('code', 'email', 'submit', { value: 'a@b.example' }),
    ],
    ['csrf_token method | code | code a@b.example*'],
  ],
  [
    'settings have a form for each method',
    'settings',
    [
      csrf,
      input('profile', 'traits.email', 'email', {}),
      input('profile', 'method', 'submit', { value: 'profile' }),
      ...password,
      provider,
    ],
    ['csrf_token | traits.email | profile', 'csrf_token | password | password', 'csrf_token |  | work'],
  ],
  [
    'keys are a list of their own, so that Enter in the name of a new one takes none away',
    'settings',
    [
      csrf,
      scriptNode,
      input('webauthn', 'webauthn_remove', 'submit', { value: '01', label: added }),
      input('webauthn', 'webauthn_remove', 'submit', { value: '02', label: added }),
      input('webauthn', 'webauthn_register_displayname', 'text', {}),
      input('webauthn', 'webauthn_register_trigger', 'button', { value: '{}' }),
    ],
    ['csrf_token |  | 01 02*', 'csrf_token | webauthn_register_displayname | {}'],
  ],
  [
    'methods that need the common fields stand in one form with them, whatever fields they have of their own',
    'registration',
    [
      csrf,
      input('default', 'traits.email', 'email', { required: true }),
      input('webauthn', 'webauthn_register_displayname', 'text', {}),
      input('webauthn', 'webauthn_register_trigger', 'button', { value: '{}' }),
      ...password,
    ],
    ['csrf_token | traits.email webauthn_register_displayname password | password {}*'],
  ],
  [
    'each second factor stands alone, the ones without a field too',
    'second_factor',
    [
      csrf,
      identifier,
      input('webauthn', 'webauthn_login', 'hidden', { value: '' }),
      input('webauthn', 'webauthn_login_trigger', 'button', { value: '{}' }),
      ...totp,
    ],
    ['csrf_token webauthn_login | identifier | {}', 'csrf_token | identifier totp_code | totp'],
  ],
  [
    'a lone common field goes with the only button',
    'login',
    [csrf, identifier, codeButton],
    ['csrf_token | identifier | code'],
  ],
  ['nothing but a token is no form', 'login', [csrf], []],
])('%s', (_what, kind, nodes, expected) => expect(shape(kind, nodes)).toEqual(expected));
