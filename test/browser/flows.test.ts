import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteComplaints, openBrowser, screenshot, type TestBrowser } from '../support/browser.ts';
import { startEmbedded, type EmbeddedServer } from '../support/embedded.ts';
import { BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient } from '../support/http-client.ts';
import { signIn } from '../support/self-service.ts';
import { flow, journal } from '../store/samples.ts';

const PLUGIN = `import { defineHook, z } from 'sallyport/plugin';
export default defineHook({
  name: 'company_only',
  at: { 'registration.after': 'prepare' },
  timeoutMs: 500,
  config: z.strictObject({ domain: z.string() }),
  run: {
    prepare: ({ draft }, { domain }) =>
      String(draft.identity.traits.email).endsWith('@' + domain)
        ? { kind: 'continue' }
        : { kind: 'fail', messages: [{ id: 900001, type: 'error', text: 'Members only.', at: 'traits.email' }] },
  },
});
`;
const CONFIG = `
log: { level: error }
identity:
  default_schema_id: person
  schemas: [{ id: person, url: 'file://<folder>/person.schema.json' }]
hashers: { argon2: { memory: 8MB, iterations: 1 } }
selfservice:
  methods: { password: { config: { haveibeenpwned_enabled: false } } }
  flows:
    registration:
      style: unified
      after:
        password:
          hooks: [{ hook: company_only, config: { domain: sallyport.test } }, { hook: session }]
    login:
      after: { password: { hooks: [{ hook: revoke_active_sessions }] } }
`;
const FLOWS = 5_000;
const password = 'clouds over the harbour';

describe('somebody who runs the server watches in a browser', () => {
  let server: EmbeddedServer;
  let browser: TestBrowser;
  let admin: Page;
  const http = createHttpClient({ cookies: false });
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await startEmbedded({ config: CONFIG, files: { ...BASIC_FILES, 'plugins/company_only.ts': PLUGIN } });
    browser = await openBrowser();
    admin = await watched();
  });
  afterAll(async () => {
    http.close();
    await browser.close();
    await server.stop();
  });

  async function watched(): Promise<Page> {
    const page = await browser.page();
    noteComplaints(page, complaints);
    return page;
  }
  const shot = (page: Page, what: string): Promise<void> => screenshot(page, what, 'window');

  test('a person registers in one window, and the states light up in another', async ({ annotate }) => {
    await admin.setViewportSize({ width: 1040, height: 640 });
    await admin.goto(`${server.adminUrl}/?flow=registration`);
    await admin.waitForSelector('#live.good');
    const person = await watched();
    await person.goto(`${server.publicUrl}/self-service/registration/browser`);
    await admin.waitForSelector('.state.waiting.here');
    expect(await admin.innerText('#flows')).toMatch(/Registration [0-9a-f]{8}\s+–\s+opened form\.waiting/);
    await admin.goto(`${server.adminUrl}/?flow=registration&outcome=opened`);
    expect(await admin.locator('#flows tr .badge.opened').count()).toBe(1);
    await admin.goto(`${server.adminUrl}/?flow=registration`);
    await admin.waitForSelector('#live.good');

    await person.fill('input[name="traits.email"]', 'ada@elsewhere.test');
    await person.fill('input[name="password"]', password);
    await person.click('button[name="method"][value="password"]');
    await admin.waitForSelector('.state.hook[data-state$="company_only"].lit');

    await person.fill('input[name="traits.email"]', 'ada@sallyport.test');
    await person.fill('input[name="password"]', password);
    const asked = performance.now();
    const lit = admin.waitForSelector('#s-done.here').then(() => performance.now() - asked);
    await person.click('button[name="method"][value="password"]');
    const answered = performance.now() - asked;
    await annotate(
      `registered and answered after ${answered.toFixed(0)} ms, lit in the other window after ${(await lit).toFixed(0)} ms`,
    );
    await shot(admin, 'flows-live');

    expect(await admin.locator('.label.lit[data-events*="accept.password"]').count()).toBe(1);
    expect(await admin.locator('#flows tr').count()).toBe(1);
    expect(await admin.innerText('#flows')).toContain('passed');
    await admin.waitForSelector('.tabs [data-kind="registration"] .tally:text-is("2")');
    expect(await admin.locator('[id="s-form.password.prepare.company_only"] .count').textContent()).toMatch(/^2× /);
    await person.close();
  });

  test('opens it, and goes back and forth through its steps by keyboard', async () => {
    await admin.click('#flows a[href^="/flows/"]');
    await admin.waitForSelector('#stepper');
    const position = (): Promise<string> => admin.innerText('#stepper output');
    const total = Number((await position()).split(' / ')[1]);
    expect(total).toBe(9);
    await admin.setViewportSize({ width: 1030, height: 600 });
    await shot(admin, 'flow-opened');
    const seen: string[] = [];
    for (let i = 0; i < 3; i++) {
      await admin.keyboard.press('ArrowLeft');
      seen.push(await admin.locator('.state.here').getAttribute('data-state').then(String));
    }
    expect(seen).toEqual([
      'form.password.write.session',
      'form.password.write.identity',
      'form.password.prepare.company_only',
    ]);
    expect(await position()).toBe('6 / 9');
    expect(await admin.locator('.moves li[aria-current="step"]').count()).toBe(1);
    await admin.keyboard.press('ArrowRight');
    expect(await position()).toBe('7 / 9');
    await admin.reload();
    expect(await position()).toBe('7 / 9');
    expect(await admin.content()).not.toContain(password);
  });

  test('closes a box with the Enter key, and stays on it', async () => {
    await admin.goto(`${server.adminUrl}/?flow=registration`);
    const toggle = '[data-toggle="form.password"]';
    await admin.focus(toggle);
    await admin.keyboard.press('Enter');
    await admin.waitForSelector('[id="s-form.password"]');
    expect(await admin.locator('[data-state="form.password.prepare.company_only"].state').count()).toBe(0);
    expect(await admin.evaluate('document.activeElement.dataset.toggle')).toBe('form.password');
    await admin.keyboard.press('Enter');
    await admin.waitForSelector('[id="s-form.password.prepare.company_only"]');
  });

  test(`${FLOWS} flows stay usable: a page of them at a time, filters and older ones by link`, async () => {
    const at = Date.now() + 60_000;
    await server.store.transaction(async ({ flows }) => {
      for (let i = 0; i < FLOWS; i++) {
        const row = flow();
        await flows.insert(row);
        const id = `${(at + i).toString(36).padStart(9, '0')}-${row.id}`;
        await flows.record(
          journal(row, { id, at: at + i, keepUntil: at + 86_400_000, method: i === 7 ? 'code' : 'password' }),
        );
      }
    });
    await admin.goto(`${server.adminUrl}/?flow=login`);
    expect(await admin.locator('#flows tr').count()).toBe(50);
    const first = await admin.getAttribute('#flows tr', 'data-flow-id');
    await admin.click('.pager a:last-child');
    expect(await admin.locator('#flows tr').count()).toBe(50);
    expect(await admin.getAttribute('#flows tr', 'data-flow-id')).not.toBe(first);
    await shot(admin, 'flows-many');
    await admin.goto(`${server.adminUrl}/?flow=login&method=code`);
    expect(await admin.locator('#flows tr').count()).toBe(1);

    // However many come in while somebody looks, the page does not grow.
    await admin.goto(`${server.adminUrl}/?flow=login`);
    await admin.waitForSelector('#live.good');
    for (let i = 0; i < 15; i++) await signIn(http, server.publicUrl, { email: `nobody${i}@sallyport.test`, password });
    await admin.waitForSelector('.tabs [data-kind="login"] .tally:text-is("15")');
    expect(await admin.locator('#flows tr').count()).toBe(50);
  });

  test('looks right in the dark and on a small screen', async () => {
    const other = await openBrowser({ colorScheme: 'dark' });
    const page = await other.page();
    await page.setViewportSize({ width: 1040, height: 640 });
    await page.goto(`${server.adminUrl}/?flow=registration`);
    const ground = await page.evaluate('getComputedStyle(document.querySelector(".stage")).backgroundColor');
    expect(ground).toBe('rgb(15, 19, 22)');
    await shot(page, 'flows-dark');
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow).toBe(0);
    await shot(page, 'flows-narrow');
    await other.close();
  });

  test('saw no error of a script and no violation of the content policy', () => {
    expect(complaints).toEqual([]);
  });
});
