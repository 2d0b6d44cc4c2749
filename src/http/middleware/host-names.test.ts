import { describe, expect, test } from 'vitest';
import type { Context } from 'koa';
import { createHostNames } from './host-names.ts';

const names = createHostNames({
  baseUrl: 'https://admin.example.org:4434/kratos',
  names: ['tunnel.example.net', '*.corp.example'],
  key: 'serve.admin.hosts',
});

async function answer(host: string | undefined, path = '/admin/identities'): Promise<string> {
  const ctx = { path, req: { headers: { ...(host !== undefined && { host }) } } } as Context;
  try {
    return String(await names(ctx, () => Promise.resolve('taken')));
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a listener answers to', () => {
  test.each([
    ['the host of its base URL', 'admin.example.org:4434'],
    ['it without a port, with capitals', 'Admin.Example.ORG'],
    ['it with the dot of the root', 'admin.example.org.:4434'],
    ['a name of the list', 'tunnel.example.net'],
    ['a name below a wildcard', 'a.b.corp.example:80'],
    ['localhost', 'localhost:4434'],
    ['an IPv4 address', '10.0.0.7:4434'],
    ['an IPv6 address', '[fd00::1]:4434'],
    ['a name of one label, as compose has them', 'kratos:4434'],
    ['one with an underscore', 'my_service:4434'],
    ['a service of Kubernetes', 'kratos.auth.svc'],
    ['its whole name', 'x.y.svc.cluster.local:4434'],
    ['a name below .internal', 'kratos.acme.internal'],
    ['a name below .localhost', 'auth.localhost:4434'],
    ['no name at all', undefined],
    ['an empty one', ''],
  ])('%s', async (_what, host) => {
    expect(await answer(host)).toBe('taken');
  });
});

describe('it refuses', () => {
  test.each([
    'evil.example',
    'evil.example:4434',
    'corp.example',
    'evilcorp.example',
    'xadmin.example.org',
    'admin.example.org.evil.example',
    'localhost.evil.example',
    'evil.svc.example',
    '10.0.0.7.evil.example',
    '[::1].evil.example',
    'evil.example:4434:80',
    'evil.example/localhost',
  ])('%s', async (host) => {
    expect(await answer(host)).toMatch(/^This listener does not answer to the name .* serve\.admin\.hosts\.$/);
  });
});

test('health answers to any name', async () => {
  expect(await answer('evil.example', '/health/ready')).toBe('taken');
  expect(await answer('evil.example', '/healthy')).not.toBe('taken');
});
