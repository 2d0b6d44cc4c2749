import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteComplaints, openChromium, shoot, type Chromium } from '../support/browser.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { PASSKEY_FILES } from '../passkey/setting.ts';
import { authenticatorsOf } from '../support/virtual-authenticator.ts';
import { localhostConfig } from '../support/pages-config.ts';

/** The pages in the box on localhost: browsers make keys for no address, and trust no other name without TLS. */
const config = (registration: string, login: string): string =>
  localhostConfig(`  methods:
    password: { config: { haveibeenpwned_enabled: false } }
    passkey: { enabled: true, config: { rp: { id: localhost, display_name: Sallyport, origins: ['http://localhost:<port>'] } } }
  flows:
    login: { style: ${login} }
    settings: { privileged_session_max_age: 8m }
    registration:
      style: ${registration}
      after: { passkey: { hooks: [{ hook: session }] }, password: { hooks: [{ hook: session }] } }
`);
const MINUTE = 60_000;

describe('passkeys in a browser', () => {
  let server: EmbeddedServer;
  let twoSteps: EmbeddedServer;
  let chromium: Chromium;
  const complaints: string[] = [];
  beforeAll(async () => {
    server = await startEmbedded({ config: config('unified', 'unified'), files: PASSKEY_FILES });
    twoSteps = await startEmbedded({ config: config('profile_first', 'identifier_first'), files: PASSKEY_FILES });
    chromium = await openChromium();
  });
  afterAll(async () => {
    await chromium.close();
    await server.stop();
    await twoSteps.stop();
  });

  const onLocalhost = (of: EmbeddedServer): string => of.publicUrl.replace('127.0.0.1', 'localhost');
  const go = (page: Page, path: string, of = server) => page.goto(`${onLocalhost(of)}${path}`);
  /** `suggests`: the browser offers passkeys at fields, as today's do; these authenticators would be chosen at once. */
  async function visitor({ suggests = false } = {}): Promise<Page> {
    const page = await chromium.visitor();
    if (!suggests) await page.addInitScript('delete PublicKeyCredential.isConditionalMediationAvailable');
    noteComplaints(page, complaints, (text) => !/status of 40[0-9]/.test(text));
    return page;
  }
  const isIn = (page: Page): Promise<void> =>
    page.locator('nav a[href*="/self-service/logout?token="]').first().waitFor();
  const signOut = (page: Page): Promise<void> => page.click('nav a[href*="/self-service/logout?token="]');
  const press = (page: Page, name: string): Promise<void> => page.click(`button[name="${name}"]:enabled`);

  async function register(page: Page, email: string, of = server): Promise<void> {
    await go(page, '/self-service/registration/browser', of);
    await page.fill('input[name="traits.email"]', email);
    if (of === twoSteps) await page.click('button[name="method"][value="profile"]');
    await press(page, 'passkey_register_trigger');
    await isIn(page);
  }

  test.each([
    ['the device itself', 'ada', { transport: 'internal' }],
    ['a key in the hand', 'bob', { transport: 'usb' }],
    ['a phone', 'cleo', { transport: 'hybrid' }],
  ] as const)('Somebody registers and signs in by a button with %s.', async (_about, name, kind) => {
    const page = await visitor();
    const keys = await (await authenticatorsOf(page)).add(kind);
    await register(page, `${name}@sallyport.test`);
    expect(await keys.credentials()).toHaveLength(1);
    await signOut(page);
    await go(page, '/self-service/login/browser');
    await shoot(page, `passkey-login-${name}`);
    await press(page, 'passkey_login_trigger');
    await isIn(page);
    expect(await page.textContent('main')).toContain(`${name}@sallyport.test`);
  });

  test('A passkey signs in by the field for the name, without a click.', async () => {
    const page = await visitor({ suggests: true });
    const keys = await (await authenticatorsOf(page)).add({ transport: 'internal' });
    await register(page, 'emil@sallyport.test');
    await signOut(page);
    await go(page, '/self-service/login/browser');
    await isIn(page);
    expect(await keys.credentials()).toHaveLength(1);
  });

  test('The button works while the field waits; what is cancelled can be begun again, by either.', async () => {
    const page = await visitor({ suggests: true });
    const keys = await (await authenticatorsOf(page)).add({ transport: 'internal' });
    await register(page, 'frieda@sallyport.test');
    await signOut(page);
    await keys.answers(false);
    await go(page, '/self-service/login/browser');
    // Asked again and again from here: the policy of the page lets nobody wait inside of it by a text.
    const isWaiting = () => page.evaluate('window.abortPasskeyConditionalUI?.signal.aborted === false');
    const waiting = async (): Promise<void> => {
      await expect.poll(isWaiting, { timeout: 10_000 }).toBe(true);
    };
    await waiting();
    await keys.answers(true);
    await keys.recognizes(false);
    await press(page, 'passkey_login_trigger');
    await page.getByRole('alert').waitFor();
    await waiting();
    await keys.recognizes(true);
    await press(page, 'passkey_login_trigger');
    await isIn(page);
    expect(await page.textContent('main')).toContain('frieda@sallyport.test');
  });

  test.each([
    ['An authenticator that keeps no passkeys', { transport: 'usb', keepsKeys: false }],
    ['A device that does not recognize its person', { transport: 'internal' }],
  ] as const)('%s makes none, and the page says so.', async (_about, kind) => {
    const page = await visitor();
    const keys = await (await authenticatorsOf(page)).add(kind);
    await keys.recognizes(false);
    await go(page, '/self-service/registration/browser');
    await page.fill('input[name="traits.email"]', 'fritz@sallyport.test');
    await press(page, 'passkey_register_trigger');
    const said = page.getByRole('alert');
    await said.waitFor();
    expect(await said.textContent()).not.toBe('');
    await shoot(page, 'passkey-failed');
    expect(await page.locator('form [role=alert]').count()).toBe(1);
    expect(await keys.credentials()).toEqual([]);
  });

  test('Nothing is made while a field about the person is empty.', async () => {
    const page = await visitor();
    const keys = await (await authenticatorsOf(page)).add({ transport: 'internal' });
    await go(page, '/self-service/registration/browser');
    await press(page, 'passkey_register_trigger');
    expect(await page.evaluate('document.activeElement.name')).toBe('traits.email');
    expect(await keys.credentials()).toEqual([]);
  });

  test('On two pages: the person first, then the passkey; the name first, then what they have.', async () => {
    const page = await visitor();
    await (await authenticatorsOf(page)).add({ transport: 'internal' });
    await register(page, 'gerda@sallyport.test', twoSteps);
    await signOut(page);
    await go(page, '/self-service/login/browser', twoSteps);
    await shoot(page, 'passkey-identifier-first');
    await press(page, 'passkey_login_trigger');
    await isIn(page);
    await signOut(page);
    await go(page, '/self-service/login/browser', twoSteps);
    await page.fill('input[name="identifier"]', 'gerda@sallyport.test');
    await page.click('button[name="method"][value="identifier_first"]');
    await shoot(page, 'passkey-identifier-second');
    await press(page, 'passkey_login_trigger');
    await isIn(page);
    expect(await page.textContent('main')).toContain('gerda@sallyport.test');
  });

  test('Settings add a passkey and take one away; the only way in stays.', async () => {
    const page = await visitor();
    const all = await authenticatorsOf(page);
    const device = await all.add({ transport: 'internal' });
    await register(page, 'hugo@sallyport.test');
    await go(page, '/self-service/settings/browser');
    await shoot(page, 'passkey-settings-one');
    const removals = page.locator('button[name="passkey_remove"]');
    expect(await removals.count()).toBe(1);
    expect(await removals.first().isDisabled()).toBe(true);
    // The device has one of this person already.
    await press(page, 'passkey_register_trigger');
    await page.getByRole('alert').waitFor();
    await shoot(page, 'passkey-settings-again');
    await device.remove();
    await all.add({ transport: 'usb' });
    await press(page, 'passkey_register_trigger');
    await page.locator('.message.success').waitFor();
    expect(await removals.count()).toBe(2);
    await shoot(page, 'passkey-settings-two');
    await removals.first().click();
    await page.locator('.message.success').waitFor();
    expect(await removals.count()).toBe(1);
  });

  test('An old session confirms itself with the passkey, and the new one that waited is stored.', async () => {
    const page = await visitor();
    const all = await authenticatorsOf(page);
    const device = await all.add({ transport: 'internal' });
    await register(page, 'ida@sallyport.test');
    server.pass(10 * MINUTE);
    await go(page, '/self-service/settings/browser');
    const credentials = await device.credentials();
    expect(credentials).toHaveLength(1);
    const key = await all.add({ transport: 'usb' });
    await press(page, 'passkey_register_trigger');
    await page.waitForURL(/\/ui\/login/);
    expect(await key.credentials()).toHaveLength(1);
    await key.answers(false);
    await shoot(page, 'passkey-confirm');
    await press(page, 'passkey_login_trigger');
    await page.waitForURL(/\/ui\/settings/);
    expect(await page.locator('button[name="passkey_remove"]').count()).toBe(2);
  });

  test('A page that was left open for long renews what it asks with.', async () => {
    const page = await visitor();
    const all = await authenticatorsOf(page);
    const device = await all.add({ transport: 'internal' });
    await register(page, 'jana@sallyport.test');
    await go(page, '/self-service/settings/browser');
    await device.remove();
    const key = await all.add({ transport: 'usb' });
    const options = (): Promise<string> => page.inputValue('input[name="passkey_create_data"]');
    const before = await options();
    server.pass(4 * MINUTE);
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await expect.poll(options, { timeout: 10_000 }).not.toBe(before);
    server.pass(2 * MINUTE);
    await press(page, 'passkey_register_trigger');
    await page.locator('.message.success').waitFor();
    expect(await key.credentials()).toHaveLength(1);
  });

  test('Without scripts there is nothing to press, and the page says why.', async () => {
    const page = await chromium.visitor({ javaScript: false });
    await go(page, '/self-service/login/browser');
    await shoot(page, 'passkey-no-script');
    expect(await page.locator('button[name="passkey_login_trigger"]').isVisible()).toBe(false);
    expect(await page.locator('noscript').textContent()).toContain('JavaScript');
  });

  test('No script failed, and the content policy had nothing to refuse.', () => {
    expect(complaints).toEqual([]);
  });
});
