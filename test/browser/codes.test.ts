import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { openChromium, shoot, type Chromium } from '../support/browser.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { isVerified, mailsOf, wrong } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig, onOwnPages, type MailOptions } from '../support/mail-config.ts';
import { codeIn, linksIn, startMailSink, type MailSink } from '../support/mail-sink.ts';

const password = 'clouds over the harbour';
const changed = 'bells of the old town';
const REVOKE = 'after: { hooks: [{ hook: revoke_active_sessions }] }';
const HALF_A_MINUTE = 31_000;
const HOUR = 3_601_000;

let chromium: Chromium;
let sink: MailSink;
beforeAll(async () => {
  [chromium, sink] = await Promise.all([openChromium(), startMailSink()]);
});
afterAll(async () => {
  await chromium.close();
  await sink.stop();
});

/** A server with the pages in the box, whose mails go to the sink. */
const serve = (options: MailOptions, edit = (config: string): string => config): Promise<EmbeddedServer> =>
  startEmbedded({ config: edit(onOwnPages(mailConfig(sink, options))), files: MAIL_FILES, watchCourier: true });

/** Presses a button, or follows a link, and waits for the page it leads to. */
async function press(page: Page, selector = 'button.first'): Promise<void> {
  const arrived = page.waitForEvent('domcontentloaded');
  await page.click(selector);
  await arrived;
}

/** Numbers of what a page tells. */
async function told(page: Page): Promise<readonly number[]> {
  const all = await page.locator('[data-id]').all();
  return Promise.all(all.map(async (each) => Number(await each.getAttribute('data-id'))));
}

async function give(page: Page, code: string): Promise<void> {
  await page.fill('input[name="code"]', code);
  await press(page);
}

const path = (page: Page): string => new URL(page.url()).pathname;
const heading = (page: Page): Promise<string> => page.innerText('h1');
const begin = (page: Page, { publicUrl }: EmbeddedServer, kind: string) =>
  page.goto(`${publicUrl}/self-service/${kind}/browser`);

/** Who is signed in, as the start page has it. */
async function home(page: Page, { publicUrl }: EmbeddedServer): Promise<string> {
  await page.goto(`${publicUrl}/`);
  return page.innerText('main');
}

async function signOut(page: Page, server: EmbeddedServer): Promise<void> {
  await home(page, server);
  await press(page, 'a[href*="/self-service/logout?token="]');
}

async function register(page: Page, server: EmbeddedServer, email: string): Promise<void> {
  await begin(page, server, 'registration');
  await page.fill('input[name="traits.email"]', email);
  await page.fill('input[name="password"]', password);
  await press(page, 'button[name="method"][value="password"]');
}

async function signIn(page: Page, server: EmbeddedServer, email: string, secret = password): Promise<void> {
  await begin(page, server, 'login');
  await page.fill('input[name="identifier"]', email);
  await page.fill('input[name="password"]', secret);
  await press(page, 'button[name="method"][value="password"]');
}

/** Asks for a mail on the page of verification or recovery, and waits for it. */
async function askFor(page: Page, server: EmbeddedServer, kind: 'verification' | 'recovery', email: string) {
  const skip = sink.to(email).length;
  await begin(page, server, kind);
  await page.fill('input[name="email"]', email);
  await press(page);
  return sink.waitFor(email, { skip });
}

/** Chooses another password on the settings page that a recovery ends in. */
async function changePassword(page: Page): Promise<void> {
  await page.fill('input[name="password"]', changed);
  await press(page, 'button[name="method"][value="password"]');
}

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('verification and recovery by code, %s', (_name, javaScript) => {
  let server: EmbeddedServer;
  let page: Page;
  const at = (name: string): string => `${name}-${javaScript ? 'with' : 'without'}@sallyport.test`;
  beforeAll(async () => {
    server = await serve({
      recovery: `lifespan: 2h, ${REVOKE}`,
      registrationHooks: '[{ hook: show_verification_ui }]',
    });
    page = await chromium.visitor({ javaScript });
  });
  afterAll(() => server.stop());

  test('registers, types the code of the mail as it was copied, and signs in', async () => {
    const email = at('anna');
    await register(page, server, email);
    const mail = await sink.waitFor(email);
    expect([path(page), await told(page)]).toEqual(['/ui/verification', [1080003]]);
    expect(await page.innerText('.who')).toContain(email);
    await shoot(page, 'verification-code');
    const code = codeIn(mail);
    await give(page, wrong(code));
    expect(await told(page)).toEqual([4070006]);
    expect(await isVerified(server, email)).toBe(false);
    await give(page, ` ${code.slice(0, 3)}-${code.slice(3)} `);
    expect([await told(page), await heading(page)]).toEqual([[1080002], 'Address confirmed']);
    expect(await isVerified(server, email)).toBe(true);
    await shoot(page, 'verification-passed');
    await signIn(page, server, email);
    expect(await home(page, server)).toContain(email);
    await signOut(page, server);
  });

  test('opens the link beside the code in another browser, and verifies there', async () => {
    const email = at('bea');
    await register(page, server, email);
    const [link = ''] = linksIn(await sink.waitFor(email), server.publicUrl);
    const other = await chromium.visitor({ javaScript });
    await other.goto(link);
    expect(path(other)).toBe('/ui/verification');
    expect(await isVerified(server, email)).toBe(false);
    expect(await other.inputValue('input[name="code"]')).toMatch(/^\d{6}$/);
    await press(other);
    // Nobody has confirmed the account yet, and this browser has not made it.
    expect([path(other), await told(other)]).toEqual(['/ui/verification', [1900002]]);
    await shoot(other, 'first-proof');
    expect(await other.inputValue('input[name="code"]')).toMatch(/^\d{6}$/);
    await other.fill('input[name="password"]', password);
    await press(other);
    expect(await told(other)).toEqual([1080002]);
    expect(await isVerified(server, email)).toBe(true);
    await signIn(other, server, email);
    expect(await home(other, server)).toContain(email);
    await other.goto(link);
    expect(await told(other)).toEqual([4070002]);
  });

  test('forgot the password: a code, a new password, and no old session', async () => {
    const email = at('carla');
    await createPerson(server.adminUrl, { email, password });
    const old = await chromium.visitor({ javaScript });
    await signIn(old, server, email);
    expect(await home(old, server)).toContain(email);

    await begin(page, server, 'recovery');
    await shoot(page, 'recovery-address');
    const code = codeIn(await askFor(page, server, 'recovery', email));
    expect(await told(page)).toEqual([1060003]);
    expect(await page.innerText('.who')).toContain(email);
    await shoot(page, 'recovery-code');
    await give(page, `${code.slice(0, 3)} ${code.slice(3)}`);
    expect([path(page), await told(page)]).toEqual(['/ui/settings', [1060001]]);
    expect(await page.innerText('.message')).toMatch(/before \d+ \w+ 20\d\d, \d\d:\d\d UTC\.$/);
    expect(await page.locator('input[autofocus]').getAttribute('name')).toBe('password');
    await shoot(page, 'recovery-settings');
    expect(await home(old, server)).not.toContain(email);
    await changePassword(page);
    expect(await told(page)).toEqual([1050001]);
    await signOut(page, server);
    await signIn(old, server, email);
    expect(await told(old)).toEqual([4000006]);
    await signIn(old, server, email, changed);
    expect(await home(old, server)).toContain(email);
  });

  test('five wrong codes: told to start anew, and the new one works', async () => {
    const email = at('dora');
    await createPerson(server.adminUrl, { email, password });
    const code = codeIn(await askFor(page, server, 'recovery', email));
    for (let i = 1; i <= 5; i++) {
      await give(page, wrong(code, i));
      expect(await told(page)).toEqual([4060006]);
    }
    await give(page, code);
    expect([await told(page), await page.locator('input[name="email"]').count()]).toEqual([[4000001], 1]);
    await shoot(page, 'recovery-exhausted');
    server.pass(HALF_A_MINUTE);
    const skip = sink.to(email).length;
    await page.fill('input[name="email"]', email);
    await press(page);
    await give(page, codeIn(await sink.waitFor(email, { skip })));
    expect([path(page), await told(page)]).toEqual(['/ui/settings', [1060001]]);
    await signOut(page, server);
  });

  test('a code has its time, and so has a page', async () => {
    const email = at('emma');
    await createPerson(server.adminUrl, { email, password });
    const late = codeIn(await askFor(page, server, 'recovery', email));
    server.pass(HOUR);
    await give(page, late);
    expect([path(page), await told(page)]).toEqual(['/ui/recovery', [4060006]]);
    const later = codeIn(await askFor(page, server, 'recovery', email));
    server.pass(2 * HOUR);
    await give(page, later);
    expect([await told(page), await page.locator('input[name="email"]').count()]).toEqual([[4060005], 1]);
    await shoot(page, 'recovery-expired');
  });

  test('asks for the code once more: the last one counts', async () => {
    const email = at('frida');
    await createPerson(server.adminUrl, { email, password });
    const first = codeIn(await askFor(page, server, 'verification', email));
    server.pass(HALF_A_MINUTE);
    await press(page, 'button[name="email"]');
    const second = codeIn(await sink.waitFor(email, { skip: 1 }));
    // Too soon for a third one: the page says when, and the second one stays good.
    await press(page, 'button[name="email"]');
    expect(await told(page)).toEqual([1900001, 1080003]);
    await give(page, first === second ? wrong(second) : first);
    expect(await told(page)).toEqual([4070006]);
    await give(page, second);
    expect(await told(page)).toEqual([1080002]);
    expect(await mailsOf(server, email)).toHaveLength(2);
  });

  test('mistyped the address: goes back and types another', async () => {
    await begin(page, server, 'verification');
    await shoot(page, 'verification-address');
    await page.fill('input[name="email"]', at('gera'));
    await press(page);
    await press(page, 'footer a[href*="/self-service/verification/"]');
    expect(await page.inputValue('input[name="email"]')).toBe('');
  });
});

describe('verification and recovery by link', () => {
  let server: EmbeddedServer;
  let page: Page;
  beforeAll(async () => {
    server = await serve({
      use: 'link',
      recovery: REVOKE,
      registrationHooks: '[{ hook: show_verification_ui }]',
    });
    page = await chromium.visitor();
  });
  afterAll(() => server.stop());

  test('opens the link of the mail in another browser: verified, once; and signs in', async () => {
    const email = 'ada@sallyport.test';
    await register(page, server, email);
    const [link = ''] = linksIn(await sink.waitFor(email), server.publicUrl);
    expect([path(page), await told(page)]).toEqual(['/ui/verification', [1080001]]);
    await shoot(page, 'verification-link');
    const other = await chromium.visitor();
    await other.goto(link);
    expect([await told(other), await heading(other)]).toEqual([[1900004, 1900002], 'Confirm your address']);
    await shoot(other, 'mailed-link-verification');
    expect(await isVerified(server, email)).toBe(false);
    await other.fill('input[name="password"]', password);
    await press(other);
    expect([await told(other), await heading(other)]).toEqual([[1080002], 'Address confirmed']);
    expect(await isVerified(server, email)).toBe(true);
    await other.goto(link);
    expect(await told(other)).toEqual([4070002]);
    await signIn(other, server, email);
    expect(await home(other, server)).toContain(email);
  });

  test('forgot the password: the link, in another browser, a new password, and no old session', async () => {
    const email = 'berta@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const old = await chromium.visitor();
    await signIn(old, server, email);
    const [link = ''] = linksIn(await askFor(page, server, 'recovery', email), server.publicUrl);
    expect(await told(page)).toEqual([1060002]);
    await shoot(page, 'recovery-link');
    const other = await chromium.visitor();
    await other.goto(link);
    expect([await told(other), await heading(other)]).toEqual([[1900004], 'Back into your account']);
    await shoot(other, 'mailed-link-recovery');
    await press(other);
    expect([path(other), await told(other)]).toEqual(['/ui/settings', [1060001]]);
    expect(await home(old, server)).not.toContain(email);
    await changePassword(other);
    expect(await told(other)).toEqual([1050001]);
    // The link was used: whoever has it gets a new form and nothing else.
    await old.goto(link);
    expect([path(old), await told(old)]).toEqual(['/ui/recovery', [4060004]]);
    await signIn(old, server, email, changed);
    expect(await home(old, server)).toContain(email);
  });

  test('a link has its time', async () => {
    const email = 'clara@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const [link = ''] = linksIn(await askFor(page, server, 'recovery', email), server.publicUrl);
    server.pass(HOUR);
    await page.goto(link);
    expect([path(page), await told(page)]).toEqual(['/ui/recovery', [4060005]]);
  });
});

describe('without a password, on one page', () => {
  let server: EmbeddedServer;
  let page: Page;
  beforeAll(async () => {
    server = await serve({ passwordless: true });
    page = await chromium.visitor();
  });
  afterAll(() => server.stop());
  const ask = async (email: string) => {
    const skip = sink.to(email).length;
    await begin(page, server, 'login');
    await page.fill('input[name="identifier"]', email);
    await press(page, 'button[name="method"][value="code"]');
    return codeIn(await sink.waitFor(email, { skip }));
  };

  test('registers and signs in with nothing but codes', async () => {
    const email = 'nora@sallyport.test';
    await begin(page, server, 'registration');
    await shoot(page, 'passwordless-registration');
    await page.fill('input[name="traits.email"]', email);
    await press(page, 'button[name="method"][value="code"]');
    const code = codeIn(await sink.waitFor(email));
    expect(await told(page)).toEqual([1040005]);
    expect(await page.innerText('.who')).toContain(email);
    await shoot(page, 'registration-code');
    await give(page, wrong(code));
    expect(await told(page)).toEqual([4040003]);
    await give(page, `${code.slice(0, 3)} ${code.slice(3)}`);
    expect(await home(page, server)).toContain(email);
    expect(await isVerified(server, email)).toBe(true);
    await signOut(page, server);

    const next = await ask(email);
    expect(await told(page)).toEqual([1010014]);
    expect(await page.innerText('.who')).toContain(email);
    await shoot(page, 'login-code');
    await give(page, `${next.slice(0, 3)}-${next.slice(3)}`);
    expect(await home(page, server)).toContain(email);
    await signOut(page, server);
  });

  test('five wrong codes end a sign-in; another one works', async () => {
    const email = 'olga@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const code = await ask(email);
    for (let i = 1; i <= 5; i++) {
      await give(page, wrong(code, i));
      expect(await told(page)).toEqual([4010008]);
    }
    await give(page, code);
    expect([path(page), await told(page)]).toEqual(['/ui/login', [4000001]]);
    await shoot(page, 'login-exhausted');
    await press(page, 'a.button');
    server.pass(HALF_A_MINUTE);
    await give(page, await ask(email));
    expect(await home(page, server)).toContain(email);
    await signOut(page, server);
  });

  test('asks for the code once more', async () => {
    const email = 'paula@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const first = await ask(email);
    server.pass(HALF_A_MINUTE);
    await press(page, 'button[name="resend"]');
    const second = codeIn(await sink.waitFor(email, { skip: 1 }));
    await give(page, first === second ? wrong(second) : first);
    expect(await told(page)).toEqual([4010008]);
    await give(page, second);
    expect(await home(page, server)).toContain(email);
    await signOut(page, server);
  });
});

describe('without a password, on two pages and with the identifier first', () => {
  let server: EmbeddedServer;
  let page: Page;
  beforeAll(async () => {
    server = await serve({ passwordless: true, login: 'style: identifier_first' }, (config) =>
      config.replace('style: unified', 'style: profile_first'),
    );
    page = await chromium.visitor();
  });
  afterAll(() => server.stop());

  test('registers, goes back and forth, and signs in', async () => {
    const email = 'rita@sallyport.test';
    await begin(page, server, 'registration');
    await page.fill('input[name="traits.email"]', email);
    await press(page);
    await shoot(page, 'registration-credentials');
    await press(page, 'button[name="method"][value="code"]');
    const first = codeIn(await sink.waitFor(email));
    await shoot(page, 'registration-code-two-pages');
    await press(page, 'button[name="screen"]');
    server.pass(HALF_A_MINUTE);
    await press(page, 'button[name="method"][value="code"]');
    const second = codeIn(await sink.waitFor(email, { skip: 1 }));
    await give(page, first === second ? wrong(second) : first);
    expect(await told(page)).toEqual([4040003]);
    await give(page, second);
    expect(await home(page, server)).toContain(email);
    await signOut(page, server);

    await begin(page, server, 'login');
    await page.fill('input[name="identifier"]', email);
    await press(page);
    // Who has nothing but codes gets one at once.
    const code = codeIn(await sink.waitFor(email, { skip: 2 }));
    expect(await told(page)).toEqual([1010014]);
    await shoot(page, 'login-code-first-step');
    await give(page, code);
    expect(await home(page, server)).toContain(email);
  });
});

describe('where nobody signs in with an address that is not verified', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await serve({
      registrationHooks: '[]',
      login: 'after: { hooks: [{ hook: require_verified_address }] }',
    });
  });
  afterAll(() => server.stop());

  test('is led to verification, and signs in after it', async () => {
    const email = 'sara@sallyport.test';
    const page = await chromium.visitor();
    await register(page, server, email);
    await sink.waitFor(email);
    server.pass(HALF_A_MINUTE);
    await signIn(page, server, email);
    const mail = await sink.waitFor(email, { skip: 1 });
    expect([path(page), await told(page)]).toEqual(['/ui/verification', [1080003]]);
    expect(await home(page, server)).not.toContain(email);
    await page.goBack();
    await give(page, codeIn(mail));
    expect(await told(page)).toEqual([1080002]);
    await signIn(page, server, email);
    expect(await home(page, server)).toContain(email);
  });
});

test('no script failed, and nothing broke the content policy', () => {
  expect(chromium.complaints()).toEqual([]);
});
