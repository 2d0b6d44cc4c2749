import { createServer, type Server } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_FILES } from '../support/basic-config.ts';
import { noteComplaints, openBrowser, screenshot, type TestBrowser } from '../support/browser.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { freePort } from '../support/ports.ts';
import { pagesConfig } from '../support/pages-config.ts';

/** The pages in the box, and an app that people come from and go back to. */
const CONFIG = pagesConfig(`  allowed_return_urls: ['<app>/']
  methods: { password: { config: { haveibeenpwned_enabled: false } } }
  flows:
    registration: { style: unified, after: { password: { hooks: [{ hook: session }] } } }
    settings:
      privileged_session_max_age: 5m
      after: { password: { hooks: [{ hook: revoke_active_sessions }] } }
`);
const MINUTE = 60_000;
const words = ['clouds over the harbour', 'bells of the old town', 'lanterns on the quay', 'a boat in the reeds'];

describe('a signed-in life, in a browser', () => {
  let server: EmbeddedServer;
  let app: { readonly url: string; readonly server: Server };
  let desk: TestBrowser;
  let phone: TestBrowser;
  let tablet: TestBrowser;
  let page: Page;
  let other: Page;
  const complaints: string[] = [];
  const email = 'ada@sallyport.test';
  let password = words[0] ?? '';

  beforeAll(async () => {
    const port = await freePort();
    const away = createServer((_request, response) => response.end('<!doctype html><title>The app</title>The app'));
    await new Promise<void>((resolve) => away.listen(port, '127.0.0.1', resolve));
    app = { url: `http://127.0.0.1:${port}`, server: away };
    server = await startEmbedded({ config: CONFIG, files: BASIC_FILES, names: { app: app.url } });
    [desk, phone, tablet] = await Promise.all([openBrowser(), openBrowser({ colorScheme: 'dark' }), openBrowser()]);
    [page, other] = await Promise.all([watched(desk), watched(phone)]);
    await other.setViewportSize({ width: 360, height: 740 });
  });
  afterAll(async () => {
    await Promise.all([desk, phone, tablet].map((browser) => browser.close()));
    await server.stop();
    app.server.close();
  });

  /** A new tab, of which every error and every refusal by the content policy is written down. */
  async function watched(browser: TestBrowser): Promise<Page> {
    const tab = await browser.page();
    // A refused form is answered 4xx on purpose, and the browser says so of itself.
    noteComplaints(tab, complaints, (text) => !/status of 40[0-9]/.test(text));
    return tab;
  }

  const submit = (tab: Page, value: string): Promise<void> => tab.click(`button[name="method"][value="${value}"]`);
  const go = (tab: Page, path: string) => tab.goto(`${server.publicUrl}${path}`);
  const at = (tab: Page): string => tab.url().replace(server.publicUrl, '').replace(/[?].*/, '');

  async function signIn(tab: Page, query = ''): Promise<void> {
    await go(tab, `/self-service/login/browser${query}`);
    await tab.fill('input[name="identifier"]', email);
    await tab.fill('input[name="password"]', password);
    await submit(tab, 'password');
  }
  async function changePassword(tab: Page, to: string): Promise<void> {
    await go(tab, '/self-service/settings/browser');
    await tab.fill('input[name="password"]', to);
    await submit(tab, 'password');
  }
  const signOut = async (tab: Page): Promise<void> => {
    await go(tab, '/');
    await tab.click('nav a[href*="/self-service/logout?token="]');
  };
  /** Only who is signed in is offered the way out. */
  const isIn = async (tab: Page): Promise<boolean> =>
    (await tab.locator('nav a[href*="/self-service/logout?token="]').count()) > 0;
  const sessions = async (): Promise<number> => {
    const all = await fetch(`${server.adminUrl}/admin/sessions?active=true&page_size=100`);
    return ((await all.json()) as readonly unknown[]).length;
  };

  test('A profile is changed, and a mistake in it is said at its field and corrected there.', async () => {
    await go(page, '/self-service/registration/browser');
    await page.fill('input[name="traits.email"]', email);
    await page.fill('input[name="password"]', password);
    await submit(page, 'password');
    await go(page, '/self-service/settings/browser');
    await screenshot(page, 'settings-light');
    await page.fill('input[name="traits.name"]', 'Ada Lovelace');
    await submit(page, 'profile');
    expect(at(page)).toBe('/ui/settings');
    expect(await page.locator('.message.success').count()).toBe(1);
    await screenshot(page, 'settings-saved-light');

    await page.fill('input[name="traits.name"]', 'x'.repeat(101));
    await submit(page, 'profile');
    expect(await page.getAttribute('input[name="traits.name"]', 'aria-invalid')).toBe('true');
    expect(await page.locator('.message.success').count()).toBe(0);
    await screenshot(page, 'settings-wrong-light');
    await page.fill('input[name="traits.name"]', 'Ada King');
    await submit(page, 'profile');
    await go(page, '/self-service/settings/browser');
    expect(await page.inputValue('input[name="traits.name"]')).toBe('Ada King');
  });

  test('Devices are listed, one is signed out, and then all the others.', async () => {
    await signIn(other);
    expect(at(other)).toBe('/');
    await signIn(await watched(tablet));
    await go(page, '/ui/sessions');
    expect(await page.locator('.list li').count()).toBe(3);
    await screenshot(page, 'sessions-light');
    await go(other, '/ui/sessions');
    await screenshot(other, 'sessions-dark-narrow');
    await go(other, '/self-service/settings/browser');
    await screenshot(other, 'settings-dark-narrow');

    await page.click('.list li:nth-child(2) button');
    expect(at(page)).toBe('/ui/sessions');
    expect(await page.locator('.list li').count()).toBe(2);
    await page.click('button[name="all"]');
    expect(await page.locator('.list li').count()).toBe(1);
    await screenshot(page, 'sessions-alone-light');
    await go(other, '/');
    expect(await isIn(other)).toBe(false);
    expect(await sessions()).toBe(1);
    await go(page, '/');
    expect(await isIn(page)).toBe(true);
  });

  test('A changed password ends the sessions elsewhere, not this one.', async () => {
    await signIn(other);
    expect(await sessions()).toBe(2);
    const before = password;
    password = words[1] ?? '';
    await changePassword(page, password);
    expect(await page.locator('.message.success').count()).toBe(1);
    expect(await sessions()).toBe(1);
    await other.reload();
    expect(await isIn(other)).toBe(false);
    await go(other, '/self-service/login/browser');
    await other.fill('input[name="identifier"]', email);
    await other.fill('input[name="password"]', before);
    await submit(other, 'password');
    expect(await other.locator('.message.error').count()).toBe(1);
    await screenshot(other, 'login-wrong-dark-narrow');
  });

  test('An old session has to confirm itself; that completes what was held, and says so.', async () => {
    server.pass(10 * MINUTE);
    await changePassword(page, words[2] ?? '');
    expect(at(page)).toBe('/ui/login');
    expect(await page.inputValue('input[name="identifier"]')).toBe(email);
    await screenshot(page, 'confirm-light');
    await page.fill('input[name="password"]', 'not this one');
    await submit(page, 'password');
    expect(await page.locator('.message.error').count()).toBe(1);
    await page.fill('input[name="password"]', password);
    await submit(page, 'password');
    expect(at(page)).toBe('/ui/settings');
    expect(await page.locator('.message.success').count()).toBe(1);
    password = words[2] ?? '';
    await signIn(other);
    expect(at(other)).toBe('/');
  });

  test('A held change of the profile is completed the same way, and stands in the form.', async () => {
    server.pass(10 * MINUTE);
    await go(page, '/self-service/settings/browser');
    await page.fill('input[name="traits.email"]', 'countess@sallyport.test');
    await submit(page, 'profile');
    expect(at(page)).toBe('/ui/login');
    await page.fill('input[name="password"]', password);
    await submit(page, 'password');
    expect(at(page)).toBe('/ui/settings');
    expect(await page.inputValue('input[name="traits.email"]')).toBe('countess@sallyport.test');
    await page.fill('input[name="traits.email"]', email);
    await submit(page, 'profile');
    expect(await page.locator('.message.success').count()).toBe(1);
  });

  test('Two tabs on one settings form: both are saved, the later one counts; who signed out in between is asked to sign in.', async () => {
    await go(page, '/self-service/settings/browser');
    const second = await watched(desk);
    await second.goto(page.url());
    await page.fill('input[name="traits.name"]', 'One');
    await submit(page, 'profile');
    await second.fill('input[name="traits.name"]', 'Two');
    await submit(second, 'profile');
    expect(await second.locator('.message.success').count()).toBe(1);
    await page.reload();
    expect(await page.inputValue('input[name="traits.name"]')).toBe('Two');

    await signOut(second);
    await page.fill('input[name="traits.name"]', 'Three');
    await submit(page, 'profile');
    expect(at(page)).toBe('/ui/login');
    await second.close();
  });

  test('The back button after signing out shows nothing of the account.', async () => {
    await signIn(page);
    await go(page, '/self-service/settings/browser');
    await go(page, '/ui/sessions');
    await signOut(page);
    expect(await isIn(page)).toBe(false);
    for (const _step of ['sessions', 'settings', 'home']) {
      await page.goBack();
      expect(await isIn(page)).toBe(false);
      expect(await page.content()).not.toContain(email);
    }
  });

  test('Two tabs on one sign-in form: one session, and both end signed in.', async () => {
    const before = await sessions();
    await go(page, '/self-service/login/browser');
    const second = await watched(desk);
    await second.goto(page.url());
    for (const tab of [page, second]) {
      await tab.fill('input[name="identifier"]', email);
      await tab.fill('input[name="password"]', password);
    }
    await submit(page, 'password');
    await submit(second, 'password');
    for (const tab of [page, second]) {
      expect(at(tab)).toBe('/');
      expect(await isIn(tab)).toBe(true);
    }
    expect(await sessions()).toBe(before + 1);
    await second.close();
  });

  test('A return address on the list is honoured, after signing out, in, and saving.', async () => {
    const token = await page.getAttribute('nav a[href*="/self-service/logout?token="]', 'href');
    await page.goto(`${token}&return_to=${encodeURIComponent(`${app.url}/bye`)}`);
    expect(page.url()).toBe(`${app.url}/bye`);
    await signIn(page, `?return_to=${encodeURIComponent(`${app.url}/hello`)}`);
    expect(page.url()).toBe(`${app.url}/hello`);
    await go(page, `/self-service/settings/browser?return_to=${encodeURIComponent(`${app.url}/saved`)}`);
    await page.fill('input[name="traits.name"]', 'Four');
    await submit(page, 'profile');
    expect(page.url()).toBe(`${app.url}/saved`);
  });

  test.each(['login', 'registration', 'settings'])(
    'A return address that is not on it is refused before anything begins: %s.',
    async (kind) => {
      await go(page, `/self-service/${kind}/browser?return_to=${encodeURIComponent('https://evil.example/')}`);
      expect(at(page)).toBe('/ui/error');
      expect(await page.content()).not.toContain('evil.example');
    },
  );

  test('Who was signed out on the devices page comes back to it.', async () => {
    await go(page, '/');
    await signOut(page);
    await go(page, '/ui/sessions');
    expect(at(page)).toBe('/ui/login');
    await page.fill('input[name="identifier"]', email);
    await page.fill('input[name="password"]', password);
    await submit(page, 'password');
    expect(at(page)).toBe('/ui/sessions');
  });

  test('No script failed, and the content policy had nothing to refuse.', () => {
    expect(complaints).toEqual([]);
  });
});
