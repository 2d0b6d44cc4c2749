import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteComplaints, openChromium, shoot, type Chromium } from '../support/browser.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { personFiles } from '../support/schemas.ts';
import { authenticatorsOf } from '../support/virtual-authenticator.ts';
import { localhostConfig } from '../support/pages-config.ts';

const config = (passwordless: boolean): string =>
  localhostConfig(`  methods:
    password: { config: { haveibeenpwned_enabled: false } }
    totp: { enabled: true, config: { issuer: Sallyport } }
    webauthn:
      enabled: true
      config:
        passwordless: ${passwordless}
        rp: { id: localhost, display_name: Sallyport, origins: ['http://localhost:<port>'] }
  flows:
    registration:
      style: unified
      after: { webauthn: { hooks: [{ hook: session }] }, password: { hooks: [{ hook: session }] } }
`);
const FILES = personFiles({ credentials: { password: { identifier: true }, webauthn: { identifier: true } } });
const password = 'clouds over the harbour';

describe('security keys in a browser', () => {
  let second: EmbeddedServer;
  let alone: EmbeddedServer;
  let chromium: Chromium;
  const complaints: string[] = [];
  beforeAll(async () => {
    second = await startEmbedded({ config: config(false), files: FILES });
    alone = await startEmbedded({ config: config(true), files: FILES });
    chromium = await openChromium();
  });
  afterAll(async () => {
    await chromium.close();
    await second.stop();
    await alone.stop();
  });

  const go = (page: Page, path: string, of: EmbeddedServer) =>
    page.goto(`${of.publicUrl.replace('127.0.0.1', 'localhost')}${path}`);
  async function visitor(): Promise<Page> {
    const page = await chromium.visitor();
    noteComplaints(page, complaints, (text) => !/status of 40[0-9]/.test(text));
    return page;
  }
  const submit = (page: Page, value: string): Promise<void> => page.click(`button[name="method"][value="${value}"]`);
  const isIn = (page: Page): Promise<void> =>
    page.locator('nav a[href*="/self-service/logout?token="]').first().waitFor();
  const signOut = (page: Page): Promise<void> => page.click('nav a[href*="/self-service/logout?token="]');
  const press = (page: Page, name: string): Promise<void> => page.click(`button[name="${name}"]:enabled`);

  async function register(page: Page, email: string): Promise<void> {
    await go(page, '/self-service/registration/browser', second);
    await page.fill('input[name="traits.email"]', email);
    await page.fill('input[name="password"]', password);
    await submit(page, 'password');
    await isIn(page);
  }
  async function signIn(page: Page, email: string): Promise<void> {
    await go(page, '/self-service/login/browser', second);
    await page.fill('input[name="identifier"]', email);
    await page.fill('input[name="password"]', password);
    await submit(page, 'password');
    await page.waitForURL(/\/ui\/login/);
  }

  test.each([
    [
      'that keeps nothing and cannot tell who touches it',
      'ada',
      { transport: 'usb', keepsKeys: false, verifies: false },
    ],
    ['of the device', 'bob', { transport: 'internal' }],
  ] as const)(
    'A key %s is added with a name, asked for at the next sign-in, and taken away.',
    async (_about, name, kind) => {
      const email = `${name}@sallyport.test`;
      const page = await visitor();
      const keys = await (await authenticatorsOf(page)).add(kind);
      await register(page, email);
      await go(page, '/self-service/settings/browser', second);
      await press(page, 'webauthn_register_trigger');
      expect(await page.evaluate('document.activeElement.name')).toBe('webauthn_register_displayname');
      expect(await keys.credentials()).toEqual([]);
      await page.fill('input[name="webauthn_register_displayname"]', 'The one at my desk');
      await page.press('input[name="webauthn_register_displayname"]', 'Enter');
      await page.locator('.message.success').waitFor();
      expect(await page.textContent('.keys')).toContain('The one at my desk');
      await shoot(page, `key-settings-${name}`);
      await signOut(page);

      await signIn(page, email);
      await shoot(page, `key-step-${name}`);
      await press(page, 'webauthn_login_trigger');
      await isIn(page);
      expect(await page.textContent('main')).toContain('security key');
      await go(page, '/self-service/settings/browser', second);
      expect(await page.textContent('.keys')).toContain('last used');
      await page.click('button[name="webauthn_remove"]');
      await page.locator('.message.success').waitFor();
      expect(await page.locator('.keys').count()).toBe(0);
    },
  );

  test('A key that is not touched is said, and can be asked for again.', async () => {
    const page = await visitor();
    const all = await authenticatorsOf(page);
    const keys = await all.add({ transport: 'usb', keepsKeys: false });
    await register(page, 'cleo@sallyport.test');
    await go(page, '/self-service/settings/browser', second);
    await page.fill('input[name="webauthn_register_displayname"]', 'Mine');
    await press(page, 'webauthn_register_trigger');
    await page.locator('.message.success').waitFor();
    await signOut(page);
    await keys.remove();
    const other = await all.add({ transport: 'usb', keepsKeys: false });
    await signIn(page, 'cleo@sallyport.test');
    await press(page, 'webauthn_login_trigger');
    await page.getByRole('alert').waitFor();
    await shoot(page, 'key-step-failed');
    expect(await other.credentials()).toEqual([]);
    expect(await page.locator('button[name="webauthn_login_trigger"]').isEnabled()).toBe(true);
  });

  test('Keys sign people in alone where the server says so: the name first, then the key.', async () => {
    const page = await visitor();
    await (await authenticatorsOf(page)).add({ transport: 'usb', keepsKeys: false });
    await go(page, '/self-service/registration/browser', alone);
    await shoot(page, 'key-registration');
    await page.fill('input[name="traits.email"]', 'dora@sallyport.test');
    await press(page, 'webauthn_register_trigger');
    await isIn(page);
    await signOut(page);
    await go(page, '/self-service/login/browser', alone);
    await shoot(page, 'key-login-name');
    await page.fill('input[name="identifier"]', 'dora@sallyport.test');
    await submit(page, 'webauthn');
    await page.waitForSelector('button[name="webauthn_login_trigger"]');
    await shoot(page, 'key-login-key');
    await press(page, 'webauthn_login_trigger');
    await isIn(page);
    expect(await page.textContent('main')).toContain('dora@sallyport.test');
  });

  test('No script failed, and the content policy had nothing to refuse.', () => {
    expect(complaints).toEqual([]);
  });
});
