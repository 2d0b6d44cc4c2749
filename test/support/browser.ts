import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export interface TestBrowser {
  readonly context: BrowserContext;
  /** A new tab. */
  page(): Promise<Page>;
  close(): Promise<void>;
}

export interface BrowserOptions {
  readonly javaScript?: boolean;
  readonly colorScheme?: 'dark' | 'light';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

/** Starts the machine's Chromium with a fresh profile, talking to nobody but the pages under test. */
export async function openBrowser(options: BrowserOptions = {}): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'sallyport-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['SALLYPORT_TEST_CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: [...QUIET],
    javaScriptEnabled: options.javaScript ?? true,
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: options.reducedMotion ?? 'reduce',
    timeout: 30_000,
  });
  context.setDefaultTimeout(10_000);
  return {
    context,
    page: () => context.newPage(),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

export interface VisitorOptions {
  readonly javaScript?: boolean;
  /** Takes the certificates of the tests, which no authority vouches for. */
  readonly anyCertificate?: boolean;
}

export interface Chromium {
  /** A tab of somebody who shares nothing with the others: no cookie, no storage. */
  visitor(options?: VisitorOptions): Promise<Page>;
  /** What pages complained of so far: errors of scripts, violations of the content policy. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

/** One Chromium for several people. `args`: of its command line, beside the usual ones. */
export async function openChromium({ args = [] }: { readonly args?: readonly string[] } = {}): Promise<Chromium> {
  const browser: Browser = await chromium.launch({
    executablePath: process.env['SALLYPORT_TEST_CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: [...QUIET, ...args],
    timeout: 30_000,
  });
  const complaints: string[] = [];
  return {
    async visitor({ javaScript = true, anyCertificate = false } = {}) {
      const context = await browser.newContext({
        javaScriptEnabled: javaScript,
        ignoreHTTPSErrors: anyCertificate,
        reducedMotion: 'reduce',
      });
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      noteComplaints(page, complaints);
      return page;
    },
    complaints: () => complaints,
    close: () => browser.close(),
  };
}

/** Writes down every error of a page's scripts and every refusal by its content policy; `counts` leaves out expected ones. */
export function noteComplaints(page: Page, complaints: string[], counts: (text: string) => boolean = () => true): void {
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && counts(message.text())) complaints.push(message.text());
  });
}

/** Set to a folder to look at what the tests saw. */
const SHOTS = process.env['SALLYPORT_TEST_SHOTS'];

/** The page as it is, or only the part of it that the window shows. */
export async function screenshot(page: Page, what: string, part: 'whole' | 'window' = 'whole'): Promise<void> {
  if (SHOTS === undefined) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${what}.png`), fullPage: part === 'whole' });
}

/** The page as a large light screen and a small dark one show it. */
export async function shoot(page: Page, what: string): Promise<void> {
  if (SHOTS === undefined) return;
  const size = page.viewportSize();
  await screenshot(page, what);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 360, height: 740 });
  await screenshot(page, `${what}-small`);
  await page.emulateMedia({ colorScheme: 'light' });
  if (size !== null) await page.setViewportSize(size);
}

const QUIET: readonly string[] = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-first-run',
  '--no-pings',
];
