import { findProgram } from './programs.ts';

export const CHROMIUM_PACKAGE = 'chromium';

/** The Chromium that the tests of the pages drive: the one named in the environment, or the machine's own. */
export function findChromium(): string | undefined {
  return (
    process.env['SALLYPORT_TEST_CHROMIUM'] ??
    findProgram([
      'chromium',
      'google-chrome',
      'chromium-browser',
      'google-chrome-stable',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ])
  );
}

/** For tests: `chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs })` of playwright-core. */
export function chromiumPath(): string {
  const path = process.env['SALLYPORT_TEST_CHROMIUM'];
  if (path === undefined) throw new Error('SALLYPORT_TEST_CHROMIUM is not set: run the tests with `npm test`.');
  return path;
}

/** Chromium's sandbox needs what root does not have; the pages under test are ours. */
export const chromiumArgs: readonly string[] = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
