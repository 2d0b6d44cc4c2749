import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Config } from '../config/config.ts';
import { WEBAUTHN_SCRIPT } from '../flow/webauthn-script.ts';
import type { FlowId } from '../kernel/id.ts';
import { createWebAuthnScriptNode } from './webauthn-script-node.ts';

const config = (cookie: string) =>
  ({
    serve: { public: { baseUrl: 'https://id.example/auth' } },
    secrets: { cookie: [cookie] },
  }) as unknown as Pick<Config, 'serve' | 'secrets'>; // all that is read of it

const one = '11111111-1111-4111-8111-111111111111' as FlowId;
const other = '22222222-2222-4222-8222-222222222222' as FlowId;

test('The node names the very bytes that are served, below the public URL.', () => {
  const { attributes, ...node } = createWebAuthnScriptNode(config('a secret of at least thirty-two bytes'))(one);
  expect(node).toEqual({ type: 'script', group: 'webauthn', messages: [], meta: {} });
  expect(attributes).toMatchObject({
    src: 'https://id.example/auth/.well-known/ory/webauthn.js',
    integrity: `sha512-${createHash('sha512').update(WEBAUTHN_SCRIPT).digest('base64')}`,
    crossorigin: 'anonymous',
    id: 'webauthn_script',
  });
});

test('Its nonce stays with the flow, and nobody without the secret foresees it.', () => {
  const nonce = (secret: string, flow: FlowId): unknown => {
    const { attributes } = createWebAuthnScriptNode(config(secret))(flow);
    return attributes.node_type === 'script' ? attributes.nonce : undefined;
  };
  const first = nonce('a secret of at least thirty-two bytes', one);
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(nonce('a secret of at least thirty-two bytes', one)).toBe(first);
  expect(nonce('a secret of at least thirty-two bytes', other)).not.toBe(first);
  expect(nonce('another secret of thirty-two bytes and more', one)).not.toBe(first);
});
