const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** "Firefox on Linux" from a User-Agent, in words of our own; undefined where it names neither browser nor system. */
export function knownDevice(userAgent: string | null | undefined): string | undefined {
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  return browser !== undefined && system !== undefined ? `${browser} on ${system}` : (browser ?? system);
}

/** As `knownDevice`; an unknown User-Agent is shown as it is, shortened. */
export function deviceName(userAgent: string | null | undefined): string | undefined {
  if (userAgent === undefined || userAgent === null || userAgent === '') return undefined;
  return knownDevice(userAgent) ?? (userAgent.length > 40 ? `${userAgent.slice(0, 39)}…` : userAgent);
}
