import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteComplaints, openBrowser, screenshot, type TestBrowser } from '../support/browser.ts';
import { createHttpClient } from '../support/http-client.ts';
import { OIDC_FILES, providerEntry } from '../support/oidc-config.ts';
import { freePort } from '../support/ports.ts';
import { type RealProvider, startRealProvider } from '../support/real-provider.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What a script reads of a flow. */
interface Form {
  readonly ui: {
    readonly action: string;
    readonly nodes: readonly { readonly attributes: { readonly name: string; readonly value: string } }[];
  };
}

const PASSWORD = 'clouds over the harbour';

describe('a person with a browser at a provider', () => {
  let server: TestServer;
  let provider: RealProvider;
  let browser: TestBrowser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    const ports = { public: await freePort(), admin: await freePort() };
    const callback = `http://127.0.0.1:${ports.public}/self-service/methods/oidc/callback/acme`;
    provider = await startRealProvider(callback, ['cyd']);
    const session = { hooks: [{ hook: 'session' }] };
    const entry = providerEntry('acme', provider, { label: 'Acme ID', scope: ['openid', 'email', 'profile'] });
    server = await startServer({
      ports,
      files: OIDC_FILES,
      config: JSON.stringify({
        identity: {
          default_schema_id: 'member',
          schemas: [{ id: 'member', url: 'file://<folder>/member.schema.json' }],
        },
        hashers: { argon2: { memory: '8MB', iterations: 1 } },
        selfservice: {
          methods: {
            password: { config: { haveibeenpwned_enabled: false } },
            oidc: { enabled: true, config: { providers: [entry] } },
          },
          flows: { registration: { style: 'unified', after: { password: session, oidc: session } } },
        },
      }),
    });
    browser = await openBrowser();
    page = await browser.page();
    // The provider's own pages ask for a font from elsewhere.
    await page.route(
      ({ hostname }) => hostname !== '127.0.0.1',
      (route) => route.abort(),
    );
    noteComplaints(page, complaints, () => page.url().startsWith(server.publicUrl));
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await provider.stop();
  });

  const shot = (what: string): Promise<void> => screenshot(page, `oidc-${what}`);
  const text = (): Promise<string> => page.innerText('body');
  const path = (): string => page.url().replace(server.publicUrl, '').replace(/\?.*$/, '');
  const forget = (): Promise<void> => browser.context.clearCookies();
  const toProvider = async (kind = 'login'): Promise<void> => {
    await page.goto(`${server.publicUrl}/self-service/${kind}/browser`);
    await page.click('button[name="provider"][value="acme"]');
    await page.waitForURL(`${provider.issuer}/**`);
  };
  /** The provider's own pages: who, and that the shop may know. */
  const agree = async (name: string): Promise<void> => {
    await page.fill('input[name="login"]', name);
    await page.fill('input[name="password"]', 'any');
    await page.click('button[type="submit"]');
    await page.waitForURL(`${provider.issuer}/interaction/**`);
    await page.click('button[type="submit"]');
    await page.waitForURL(`${server.publicUrl}/**`);
  };

  test('is registered by the first sign-in', async () => {
    await page.goto(`${server.publicUrl}/self-service/login/browser`);
    await shot('login');
    expect(await page.innerText('button[name="provider"]')).toContain('Acme ID');
    await toProvider();
    await agree('ada');
    expect(path()).toBe('/');
    expect(await text()).toContain('ada@example.org');
  });

  test('is signed in by the next, without being asked again', async () => {
    await page.goto(`${server.publicUrl}/`);
    await page.click('a[href*="/self-service/logout?token="]');
    await page.goto(`${server.publicUrl}/self-service/login/browser`);
    await page.click('button[name="provider"]');
    await page.waitForURL(`${server.publicUrl}/`);
    expect(await text()).toContain('ada@example.org');
  });

  const provedAt = (): Promise<string> =>
    page.evaluate(async () => {
      const whoami = (await (await fetch('/sessions/whoami')).json()) as { readonly authenticated_at: string };
      return whoami.authenticated_at;
    });

  test('who takes the question out of the address has confirmed nothing', async () => {
    const before = await provedAt();
    const second = (): number => Math.floor(Date.now() / 1_000);
    const signedIn = second();
    while (second() === signedIn) await page.waitForTimeout(50); // the provider tells whole seconds
    const asked = new URL(
      await page.evaluate(async () => {
        const headers = { accept: 'application/json', 'content-type': 'application/json' };
        const begun = await fetch('/self-service/login/browser?refresh=true', { headers });
        const { ui } = (await begun.json()) as Form;
        const token = ui.nodes.find(({ attributes }) => attributes.name === 'csrf_token');
        const fields = { method: 'oidc', provider: 'acme', csrf_token: token?.attributes.value };
        const sent = await fetch(ui.action, { method: 'POST', headers, body: JSON.stringify(fields) });
        return ((await sent.json()) as { readonly redirect_browser_to: string }).redirect_browser_to;
      }),
    );
    expect([asked.searchParams.get('prompt'), asked.searchParams.get('max_age')]).toEqual(['login', '3600']);
    asked.searchParams.delete('prompt');
    await page.goto(asked.href);
    await page.waitForURL(`${server.publicUrl}/ui/login?**`);
    await shot('not-confirmed');
    expect(await text()).toContain('Acme ID did not ask you to sign in again');
    // The script was told where to go by a 422, as any client is.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('422')]);
    expect(await provedAt()).toBe(before);
  });

  test('who signs in there again has', async () => {
    const before = await provedAt();
    await page.goto(`${server.publicUrl}/self-service/login/browser?refresh=true`);
    await page.click('button[name="provider"][value="acme"]');
    await page.waitForURL(`${provider.issuer}/interaction/**`);
    await page.fill('input[name="login"]', 'ada');
    await page.fill('input[name="password"]', 'any');
    await page.click('button[type="submit"]');
    await page.waitForURL(`${server.publicUrl}/`);
    expect(await provedAt()).not.toBe(before);
  });

  test('is asked for what the provider does not say', async () => {
    await forget();
    await toProvider('registration');
    await agree('cyd');
    expect(path()).toBe('/ui/registration');
    await shot('complete');
    expect(await page.inputValue('input[name="traits.email"]')).toBe('cyd@example.org');
    await page.fill('input[name="traits.name"]', 'Cyd');
    await page.click('button[name="provider"][value="acme"]');
    await page.waitForURL(`${server.publicUrl}/`);
    expect(await text()).toContain('cyd@example.org');
  });

  test('with an account here proves it, and it is connected', async () => {
    await forget();
    const admin = createHttpClient({ cookies: false });
    const email = 'bob@example.org';
    const created = await admin.post(`${server.adminUrl}/admin/identities`, {
      json: {
        schema_id: 'member',
        traits: { email, name: 'Bob' },
        verifiable_addresses: [{ value: email, via: 'email', verified: true, status: 'completed' }],
        credentials: { password: { config: { password: PASSWORD } } },
      },
    });
    admin.close();
    expect(created.status).toBe(201);
    await toProvider();
    await agree('bob');
    expect(path()).toBe('/ui/login');
    await shot('link');
    expect(await text()).toContain('bob@example.org already has an account');
    await page.fill('input[name="password"]', PASSWORD);
    await page.click('button[name="method"][value="password"]');
    await page.waitForURL(`${server.publicUrl}/`);
    await page.goto(`${server.publicUrl}/self-service/settings/browser`);
    await shot('settings');
    expect(await page.innerText('button[name="unlink"]')).toContain('Acme ID');
  });

  test('takes the account off again, and connects it again', async () => {
    await page.click('button[name="unlink"][value="acme"]');
    await page.waitForSelector('button[name="link"][value="acme"]');
    expect(await page.locator('[data-id="1050001"]').count()).toBe(1);
    await page.click('button[name="link"][value="acme"]');
    await page.waitForSelector('button[name="unlink"][value="acme"]');
    expect(path()).toBe('/ui/settings');
  });

  test('who cancels at the provider is told so on the form', async () => {
    await forget();
    await toProvider();
    await page.click('a[href*="abort"]');
    await page.waitForURL(`${server.publicUrl}/ui/login?**`);
    await shot('cancelled');
    expect(await page.locator('[data-id="4000001"]').innerText()).toContain('Acme ID');
    expect(await page.locator('input[name="password"]').count()).toBe(1);
  });

  test('the policy of the pages lets a form lead to this provider and nowhere else', async () => {
    const answer = await page.goto(`${server.publicUrl}/self-service/login/browser`);
    const policy = (await answer?.allHeaders())?.['content-security-policy'] ?? '';
    const action = policy.split('; ').find((each) => each.startsWith('form-action')) ?? '';
    expect(action.split(' ').toSorted((a, b) => a.localeCompare(b))).toEqual(
      ["'self'", 'form-action', provider.issuer, server.publicUrl].toSorted((a, b) => a.localeCompare(b)),
    );
    expect(complaints).toEqual([]);
  });
});
