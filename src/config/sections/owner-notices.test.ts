import { describe, expect, test } from 'vitest';
import { BASES, overlay } from '../../../test/support/config-bases.ts';
import { loadText, type TextOptions } from '../../../test/support/load-text.ts';
import { OWNER_NOTICES } from '../../kernel/owner-notice.ts';

const { courier, ...silent } = BASES.current;
const bare = { ...silent, courier: { smtp: courier.smtp } };

async function notify(config: unknown, options: TextOptions = {}) {
  const loaded = await loadText(config, options);
  expect(loaded.errors).toEqual([]);
  const told = loaded.warnings.filter(({ path }) => path.startsWith('courier.notify'));
  return { on: loaded.config?.courier.notify, told: told.map(({ code }) => code) };
}
const written = (section: object, config: unknown = bare) => overlay(config, { courier: { notify: section } });
const FIRST_FOUR = OWNER_NOTICES.filter((name) => name !== 'new_device');

describe('courier.notify', () => {
  test('without the section nobody is told, and one warning says so', async () => {
    expect(await notify(bare)).toEqual({ on: [], told: ['owner-not-told'] });
    expect(await notify(bare, { command: 'dev' })).toEqual({ on: [], told: ['owner-not-told'] });
  });

  test('the warning is for whoever starts a server that could send', async () => {
    expect(await notify(silent)).toEqual({ on: [], told: [] });
    expect(await notify(bare, { command: 'migrate' })).toEqual({ on: [], told: [] });
    expect(await notify(bare, { command: 'courier' })).toEqual({ on: [], told: [] });
  });

  test.each([
    ['an empty section', {}, FIRST_FOUR],
    ['one that switches one off', { address_changed: false }, FIRST_FOUR.filter((name) => name !== 'address_changed')],
    ['one that switches the last on', { new_device: true }, OWNER_NOTICES],
  ])('%s: what is not written is on, but for new devices', async (_, section, on) => {
    expect(await notify(written(section))).toEqual({ on, told: [] });
  });

  test('the section may come from the environment', async () => {
    const env = { COURIER_NOTIFY_PASSWORD_CHANGED: 'false' };
    const on = FIRST_FOUR.filter((name) => name !== 'password_changed');
    expect(await notify(bare, { env })).toEqual({ on, told: [] });
  });

  test('with it and without a way to send, one warning says that it has no effect', async () => {
    expect(await notify(written({}, silent))).toEqual({ on: [], told: ['no-effect'] });
    const none = Object.fromEntries(FIRST_FOUR.map((name) => [name, false]));
    expect(await notify(written(none, silent))).toEqual({ on: [], told: [] });
    // `dev` keeps messages for its inbox.
    expect(await notify(written({}, silent), { command: 'dev' })).toEqual({ on: FIRST_FOUR, told: [] });
  });

  test('without the cookie of devices nobody can be told of a new one', async () => {
    const blind = overlay(bare, { limits: { devices: false } });
    expect(await notify(written({ new_device: true }, blind))).toEqual({ on: OWNER_NOTICES, told: ['no-effect'] });
    expect(await notify(written({}, blind))).toEqual({ on: FIRST_FOUR, told: [] });
  });

  test('a way to send by HTTP is one, too', async () => {
    const request_config = { url: 'https://mail.example.org/send' };
    const http = { ...silent, courier: { delivery_strategy: 'http', http: { request_config } } };
    expect(await notify(http)).toEqual({ on: [], told: ['owner-not-told'] });
    expect(await notify(written({}, http))).toEqual({ on: FIRST_FOUR, told: [] });
  });
});
