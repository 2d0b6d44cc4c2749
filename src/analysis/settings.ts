import { formatDuration } from '../kernel/clock.ts';
import type { Config } from '../config/config.ts';
import { sectionKey } from '../config/method-section.ts';
import type { Methods } from '../strategy/registry.ts';
import type { AllowedUrl } from '../kernel/return-url.ts';

export interface SettingChange {
  /** `session.lifespan: 24h → 168h` */
  readonly what: string;
  /** It protects less than before. */
  readonly weaker: boolean;
  readonly stronger: boolean;
}

interface Guarantee {
  readonly key: string;
  readonly of: (config: Config) => number | boolean;
  /** Which of the two protects more. */
  readonly better: 'more' | 'less';
  /** How a person writes it. */
  readonly unit?: 'duration';
}

/** Settings that protect people: what is better is known. */
const GUARANTEES: readonly Guarantee[] = [
  { key: 'selfservice.flows.settings.privileged_session_max_age', of: ({ flows }) => flows.settings.privilegedSessionMaxAge <= 0 ? Infinity : flows.settings.privilegedSessionMaxAge, better: 'less', unit: 'duration' },
  { key: 'selfservice.flows.settings.required_aal', of: ({ flows }) => flows.settings.requiredAal === 'highest_available', better: 'more' },
  { key: 'selfservice.flows.registration.enabled', of: ({ flows }) => flows.registration.enabled, better: 'less' },
  { key: 'security.account_enumeration.mitigate', of: ({ enumerationMitigation }) => enumerationMitigation, better: 'more' },
  { key: 'session.lifespan', of: ({ session }) => session.lifespan, better: 'less', unit: 'duration' },
  { key: 'session.inactivity', of: ({ session }) => session.inactivity || Infinity, better: 'less', unit: 'duration' },
  { key: 'session.max_per_identity', of: ({ session }) => session.maxPerIdentity || Infinity, better: 'less' },
  { key: 'session.whoami.required_aal', of: ({ session }) => session.requiredAal === 'highest_available', better: 'more' },
  { key: 'session.cookie.secure', of: ({ session }) => session.cookie.secure, better: 'more' },
  { key: 'cookies.secure', of: ({ cookies }) => cookies.secure, better: 'more' },
  { key: 'session.cookie.same_site', of: ({ session }) => ['none', 'lax', 'strict'].indexOf(session.cookie.sameSite), better: 'more' },
  { key: 'hashers.argon2.memory', of: ({ hashers }) => hashers.argon2.memory, better: 'more' },
  { key: 'hashers.argon2.iterations', of: ({ hashers }) => hashers.argon2.iterations, better: 'more' },
  { key: 'hashers.bcrypt.cost', of: ({ hashers }) => hashers.bcrypt.cost, better: 'more' },
  { key: 'clients.http.disallow_private_ip_ranges', of: ({ clients }) => clients.disallowPrivateRanges, better: 'more' },
  { key: 'courier.notify', of: ({ courier }) => courier.notify.length, better: 'more' },
  { key: 'limits.password_failures', of: ({ limits }) => rate(limits.passwordFailures), better: 'less' },
  { key: 'limits.code_failures', of: ({ limits }) => rate(limits.codeFailures), better: 'less' },
  { key: 'limits.factor_failures', of: ({ limits }) => rate(limits.factorFailures), better: 'less' },
  { key: 'limits.device_factor_failures', of: ({ limits }) => rate(limits.deviceFactorFailures), better: 'less' },
  { key: 'limits.sends', of: ({ limits }) => rate(limits.sends), better: 'less' },
  { key: 'limits.registrations', of: ({ limits }) => rate(limits.registrations), better: 'less' },
  { key: 'limits.flows', of: ({ limits }) => rate(limits.flows), better: 'less' },
]; // prettier-ignore

/** Tries in an hour. */
const rate = ({ tries, per }: { readonly tries: number; readonly per: number }): number => (tries * 3_600_000) / per;

/** What protects people less, or more, than before. */
export function compareSettings(
  before: Config,
  after: Config,
  { reviewed }: Pick<Methods, 'reviewed'>,
): readonly SettingChange[] {
  const ofMethods = reviewed.map(({ method, key, of, better }): Guarantee => ({
    key: sectionKey(method, key),
    // What a method keeps for a time is called so by every one of them.
    ...(/(?:lifespan|max_age)$/.test(key) && { unit: 'duration' as const }),
    of: (config) => of(config) ?? 0,
    better,
  }));
  const changed = [...ofMethods, ...GUARANTEES].flatMap(({ key, of, better, unit }): readonly SettingChange[] => {
    const [old, now] = [of(before), of(after)];
    if (old === now) return [];
    const stronger = Number(now) > Number(old) === (better === 'more');
    const [from, to] = [old, now].map((each) =>
      unit === 'duration' || each === Infinity ? formatDuration(Number(each)) : String(each),
    );
    return [{ what: `${key}: ${from} → ${to}`, weaker: !stronger, stronger }];
  });
  return [...changed, ...compareAllowed(before, after)];
}

function compareAllowed(before: Config, after: Config): readonly SettingChange[] {
  const key = 'selfservice.allowed_return_urls';
  const [old, now] = [before, after].map(({ allowedReturnUrls }) => new Set(allowedReturnUrls.map(written)));
  const added = [...(now ?? [])].filter((url) => old?.has(url) !== true);
  const gone = [...(old ?? [])].filter((url) => now?.has(url) !== true);
  return [
    ...added.map((url): SettingChange => ({ what: `${key}: ${url} added`, weaker: true, stronger: false })),
    ...gone.map((url): SettingChange => ({ what: `${key}: ${url} removed`, weaker: false, stronger: true })),
  ];
}

const written = ({ scheme, wildcard, host, path }: AllowedUrl): string =>
  `${scheme}://${wildcard ? '*.' : ''}${host}${path ?? ''}`;
