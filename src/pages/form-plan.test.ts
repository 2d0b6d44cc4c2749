import { expect, test } from 'vitest';
import type { FlowKind } from '../flow/flow.ts';
import { input, type Node } from '../flow/json.ts';
import { planForms } from './form-plan.ts';

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

const shape = (kind: FlowKind, nodes: readonly Node[]): readonly string[] =>
  planForms(kind, nodes).map(({ hidden, shown, buttons }) => {
    const names = (some: readonly Node[]): string =>
      some
        .map(({ attributes }) => (attributes.node_type === 'input' ? attributes.name : attributes.node_type))
        .join(' ');
    const pressed = buttons.map(({ node, aside }) => `${String(node.attributes.value)}${aside ? '*' : ''}`);
    return `${names(hidden)} | ${names(shown)} | ${pressed.join(' ')}`;
  });

test.each<readonly [string, FlowKind, readonly Node[], readonly string[]]>([
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
    'a lone common field goes with the only button',
    'login',
    [csrf, identifier, codeButton],
    ['csrf_token | identifier | code'],
  ],
  ['nothing but a token is no form', 'login', [csrf], []],
])('%s', (_what, kind, nodes, expected) => expect(shape(kind, nodes)).toEqual(expected));
