import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { BASIC_FILES } from '../support/basic-config.ts';
import { openChromium, shoot, type Chromium } from '../support/browser.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { localhostConfig } from '../support/pages-config.ts';

const CONFIG = localhostConfig(`  methods:
    password: { config: { haveibeenpwned_enabled: false } }
    totp: { enabled: true, config: { issuer: Sallyport } }
    lookup_secret: { enabled: true }
  flows:
    registration: { style: unified, after: { password: { hooks: [{ hook: session }] } } }
`);
const STEP = 30_000;
const password = 'clouds over the harbour';

describe('second factors in a browser, without scripts', () => {
  let server: EmbeddedServer;
  let chromium: Chromium;
  let ahead = 0;
  beforeAll(async () => {
    server = await startEmbedded({ config: CONFIG, files: BASIC_FILES });
    chromium = await openChromium();
  });
  afterAll(async () => {
    await chromium.close();
    await server.stop();
  });

  const go = (page: Page, path: string) => page.goto(`${server.publicUrl.replace('127.0.0.1', 'localhost')}${path}`);
  const submit = (page: Page, value: string): Promise<void> => page.click(`button[name="method"][value="${value}"]`);
  const isIn = async (page: Page): Promise<boolean> =>
    (await page.locator('nav a[href*="/self-service/logout?token="]').count()) > 0;
  const signOut = (page: Page): Promise<void> => page.click('nav a[href*="/self-service/logout?token="]');
  /** The code of the next half minute: none counts twice. */
  function nextCode(secret: string): string {
    ahead += STEP;
    server.pass(STEP);
    return oneTimeCode(secret, Date.now() + ahead);
  }

  async function register(email: string): Promise<Page> {
    const page = await chromium.visitor({ javaScript: false });
    await go(page, '/self-service/registration/browser');
    await page.fill('input[name="traits.email"]', email);
    await page.fill('input[name="password"]', password);
    await submit(page, 'password');
    return page;
  }
  async function signIn(page: Page, email: string): Promise<void> {
    await go(page, '/self-service/login/browser');
    await page.fill('input[name="identifier"]', email);
    await page.fill('input[name="password"]', password);
    await submit(page, 'password');
  }
  async function setUpApp(page: Page): Promise<string> {
    await go(page, '/self-service/settings/browser');
    const secret = (await page.textContent('[data-node="totp_secret_key"] code')) ?? '';
    await page.fill('input[name="totp_code"]', nextCode(secret));
    await submit(page, 'totp');
    return secret;
  }

  test('An authenticator app is set up, asked for at the next sign-in, and taken away.', async () => {
    const page = await register('ada@sallyport.test');
    await go(page, '/self-service/settings/browser');
    await shoot(page, 'factors-settings-none');
    const secret = await setUpApp(page);
    expect(await page.locator('.message.success').count()).toBe(1);
    await shoot(page, 'factors-settings-app');
    await signOut(page);

    await signIn(page, 'ada@sallyport.test');
    expect(await page.locator('input[name="totp_code"]').count()).toBe(1);
    await shoot(page, 'factors-step-app');
    await page.fill('input[name="totp_code"]', '000000');
    await submit(page, 'totp');
    expect(await page.locator('.message.error').count()).toBe(1);
    await page.fill('input[name="totp_code"]', nextCode(secret));
    await submit(page, 'totp');
    expect(await isIn(page)).toBe(true);
    await shoot(page, 'factors-home');

    await go(page, '/self-service/settings/browser');
    await page.click('button[name="totp_unlink"]');
    expect(await page.locator('.message.success').count()).toBe(1);
    expect(await page.locator('input[name="totp_code"]').count()).toBe(1);
  });

  test('Backup codes are made, kept, used once each, and taken away; they stand behind the app.', async () => {
    const page = await register('bob@sallyport.test');
    await setUpApp(page);
    await go(page, '/self-service/settings/browser');
    await page.click('button[name="lookup_secret_regenerate"]');
    const codes = await page.locator('.codes li').allTextContents();
    expect(codes).toHaveLength(12);
    await shoot(page, 'factors-settings-codes');
    await page.click('button[name="lookup_secret_confirm"]');
    expect(await page.locator('.message.success').count()).toBe(1);
    await shoot(page, 'factors-settings-kept');

    const [code = ''] = codes;
    const type = async (typed: string): Promise<void> => {
      if (!(await page.locator('input[name="lookup_secret"]').isVisible())) await page.click('.others summary');
      await page.fill('input[name="lookup_secret"]', typed);
      await submit(page, 'lookup_secret');
    };
    await signOut(page);
    await signIn(page, 'bob@sallyport.test');
    expect(await page.locator('input[name="totp_code"]').isVisible()).toBe(true);
    expect(await page.locator('input[name="lookup_secret"]').isVisible()).toBe(false);
    await shoot(page, 'factors-step-both');
    await type(code);
    expect(await isIn(page)).toBe(true);
    await signOut(page);

    await signIn(page, 'bob@sallyport.test');
    await type(code);
    expect(await page.locator('.message.error').count()).toBe(1);
    await shoot(page, 'factors-step-used');
    await type(codes[1]?.toUpperCase() ?? '');
    expect(await isIn(page)).toBe(true);

    await go(page, '/self-service/settings/browser');
    await page.click('button[name="lookup_secret_disable"]');
    expect(await page.locator('.message.success').count()).toBe(1);
    expect(await page.locator('button[name="lookup_secret_disable"]').count()).toBe(0);
  });
});
