import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASIC_FILES } from '../support/basic-config.ts';
import { type Chromium, openChromium } from '../support/browser.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { pagesConfig } from '../support/pages-config.ts';

const CONFIG = pagesConfig(`  methods:
    password: { config: { haveibeenpwned_enabled: false } }
    lookup_secret: { enabled: true }
    totp: { enabled: true }
  flows:
    registration: { style: unified, after: { password: { hooks: [{ hook: session }] } } }
`);

let server: EmbeddedServer;
let chromium: Chromium;
beforeAll(async () => {
  server = await startEmbedded({ config: CONFIG, files: BASIC_FILES });
  chromium = await openChromium();
});
afterAll(async () => {
  await chromium.close();
  await server.stop();
});

/** Somebody new, before the codes that their settings have just made. */
async function withCodes(page: Page, email: string): Promise<readonly string[]> {
  await page.goto(`${server.publicUrl}/self-service/registration/browser`);
  await page.fill('input[name="traits.email"]', email);
  await page.fill('input[name="password"]', 'clouds over the harbour');
  await page.click('button[name="method"][value="password"]');
  await page.goto(`${server.publicUrl}/self-service/settings/browser`);
  await page.click('button[name="lookup_secret_regenerate"]');
  return page.locator('.codes li').allInnerTexts();
}

test('Backup codes can be saved, copied where the browser allows it, and printed with nothing around them.', async () => {
  const page = await chromium.visitor();
  const codes = await withCodes(page, 'ada@sallyport.test');
  expect(codes).toHaveLength(12);
  const keep = page.locator('.keep button:visible');
  expect(await keep.allInnerTexts()).toEqual(['Copy', 'Print', 'Save as a file']);
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('[data-keep="save"]')]);
  expect(file.suggestedFilename()).toBe('backup-codes.txt');
  expect(readFileSync(await file.path(), 'utf8')).toBe(`${codes.join('\n')}\n`);
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.codes li').first().isVisible()).toBe(true);
  expect(await page.locator('button:visible, header:visible, figure:visible').count()).toBe(0);
  await page.emulateMedia({ media: 'screen' });
  await page.click('button[name="lookup_secret_confirm"]');
  expect(await page.locator('.codes').count()).toBe(0);
  expect(chromium.complaints()).toEqual([]);
});

test('Without JavaScript they are there to be written down, and nothing is offered that does not work.', async () => {
  const page = await chromium.visitor({ javaScript: false });
  expect(await withCodes(page, 'bea@sallyport.test')).toHaveLength(12);
  expect(await page.locator('[data-keep]:visible').count()).toBe(0);
  await page.click('button[name="lookup_secret_confirm"]');
  expect(await page.locator('[data-id="1050001"]').count()).toBe(1);
});
