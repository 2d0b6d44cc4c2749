import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteComplaints, openBrowser, screenshot, type TestBrowser } from '../support/browser.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What `sallyport dev` builds by itself, with ports of the test. */
const CONFIG = `
selfservice:
  flows:
    registration:
      style: unified
      after: { password: { hooks: [{ hook: session }, { hook: verify }] } }
    login:
      after: { password: { hooks: [{ hook: revoke_active_sessions }] } }
`;
const password = 'clouds over the harbour';

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('a person with a browser, %s', (name, javaScript) => {
  let server: TestServer;
  let browser: TestBrowser;
  let page: Page;
  const complaints: string[] = [];
  const email = `ada-${javaScript ? 'with' : 'without'}@sallyport.test`;

  beforeAll(async () => {
    server = await startServer({ config: CONFIG, args: ['dev'] });
    browser = await openBrowser({ javaScript });
    page = await browser.page();
    noteComplaints(page, complaints);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const shot = (what: string): Promise<void> => screenshot(page, `${what}${javaScript ? '' : '-plain'}`);
  const text = (): Promise<string> => page.innerText('body');
  const submit = (value: string): Promise<void> => page.click(`button[name="method"][value="${value}"]`);
  const signOut = async (): Promise<void> => {
    await page.goto(`${server.publicUrl}/`);
    await page.click('a[href*="/self-service/logout?token="]');
  };

  test('registers, and sees the session', async () => {
    await page.goto(`${server.publicUrl}/`);
    await shot('start');
    await page.goto(`${server.publicUrl}/self-service/registration/browser`);
    expect(new URL(page.url()).pathname).toBe('/ui/registration');
    await page.fill('input[name="traits.email"]', email);
    await page.fill('input[name="password"]', 'short');
    await shot('registration');
    await submit('password');
    expect(await page.getAttribute('input[name="password"]', 'aria-invalid')).toBe('true');
    expect(await page.inputValue('input[name="traits.email"]')).toBe(email);
    await shot('registration-error');
    await page.fill('input[name="password"]', password);
    await submit('password');
    expect(page.url()).toBe(`${server.publicUrl}/`);
    expect(await text()).toContain(email);
    await shot('welcome');
  });

  test('finds the mail in the inbox, and its link verifies the address', async () => {
    await page.goto(`${server.adminUrl}/inbox`);
    expect(await text()).toContain(email);
    await shot('inbox');
    await page.click('a[href*="/inbox/"]');
    await shot('mail');
    const link = await page.getAttribute('a[href*="/self-service/verification"]', 'href');
    await page.goto(link ?? '');
    expect(new URL(page.url()).pathname).toBe('/ui/verification');
    expect(await page.inputValue('input[name="code"]')).toMatch(/^\d{6}$/);
    await shot('verification');
    await page.click('button.first');
    expect(await text()).toContain('Address confirmed');
    await shot('verified');
    const found = await fetch(
      `${server.adminUrl}/admin/identities?credentials_identifier=${encodeURIComponent(email)}`,
    );
    expect(await found.json()).toMatchObject([{ verifiable_addresses: [{ value: email, verified: true }] }]);
  });

  test('signs out, and is not signed in again by the back button', async () => {
    await signOut();
    expect(await text()).not.toContain(email);
    await page.goBack();
    await page.reload();
    expect(await text()).not.toContain(email);
    const whoami = await page.goto(`${server.publicUrl}/sessions/whoami`);
    expect(whoami?.status()).toBe(401);
  });

  test('fails a password, which is said on the form, and then signs in', async () => {
    complaints.length = 0; // the 401 above is the browser's own line
    await page.goto(`${server.publicUrl}/self-service/login/browser`);
    await page.fill('input[name="identifier"]', email);
    await page.fill('input[name="password"]', 'not this one');
    await submit('password');
    expect(await page.locator('[role="alert"]').count()).toBeGreaterThan(0);
    expect(await page.inputValue('input[name="identifier"]')).toBe(email);
    await shot('login-error');
    await page.fill('input[name="password"]', password);
    await submit('password');
    expect(page.url()).toBe(`${server.publicUrl}/`);
    expect(await text()).toContain(email);
  });

  test('changes the password, and is told that it was saved', async () => {
    await page.goto(`${server.publicUrl}/self-service/settings/browser`);
    await shot('settings');
    await page.fill('input[name="password"]', 'bells of the old town');
    await submit('password');
    expect(new URL(page.url()).pathname).toBe('/ui/settings');
    expect(await page.locator('[role="status"], [role="alert"]').count()).toBeGreaterThan(0);
    await shot('settings-saved');
    await page.goto(`${server.publicUrl}/ui/sessions`);
    await shot('sessions');
    await page.goto(`${server.publicUrl}/ui/error?id=stub`);
    await shot('error');
  });

  test('saw no error of a script and no violation of the content policy', () => {
    expect(
      complaints.filter((each) => !/404|40[01]/.test(each)),
      name,
    ).toEqual([]);
  });
});
