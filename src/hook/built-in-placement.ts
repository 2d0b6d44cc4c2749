import type { Dialect, HookList, MethodName } from '../config/config.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { At, Point } from './define.ts';

/** Hooks of the reference that will never be offered, and why. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ['organization', 'organizations are not part of Sallyport'],
  ['b2b_sso', 'organizations and their single sign-on are not part of Sallyport'],
]);

/** Keys of a hook's configuration that only one dialect has. */
const ONLY_IN: Readonly<Record<string, Readonly<Record<string, Dialect>>>> = {
  redirect: { allow_user_defined: 'v0.1-job' },
};
/** Keys that a dialect spells another way; errors speak the dialect of the list. */
const SPELLED: Readonly<Partial<Record<Dialect, Readonly<Record<string, Readonly<Record<string, string>>>>>>> = {
  'v0.1-job': { redirect: { to: 'redirect_to' } },
};

type Table = Readonly<Record<string, readonly string[]>>;

const REDIRECT = ['redirect'];
const AFTER_LOGIN = [
  'revoke_active_sessions',
  'require_verified_address',
  'web_hook',
  'verification',
  'show_verification_ui',
  'redirect',
];
const AFTER_SETTINGS = ['web_hook', 'revoke_active_sessions', 'verify', 'redirect'];

/** By point; a method of its own or `*`, any method, goes before the list of the flow itself. */
const JOB_PLACES: Table = {
  'login.before': REDIRECT,
  'login.after': ['session', 'redirect', 'revoke_active_sessions'],
  'registration.before': REDIRECT,
  'registration.after': ['session', 'redirect', 'verify'],
};
const OLD_HOOK_PLACES: Table = {
  'login.before': REDIRECT,
  'login.after': ['redirect', 'revoke_active_sessions'],
  'registration.before': REDIRECT,
  'registration.after': ['session', 'redirect', 'verify'],
  'settings.after': ['redirect', 'verify'],
};
const CURRENT_PLACES: Table = {
  'login.before': ['web_hook', 'redirect'],
  'login.after': AFTER_LOGIN,
  'login.after.oidc': ['revoke_active_sessions', 'require_verified_address', 'web_hook', 'redirect'],
  'registration.before': ['web_hook', 'redirect'],
  'registration.after': ['web_hook', 'redirect'],
  'registration.after.*': ['session', 'web_hook', 'show_verification_ui', 'verify', 'redirect'],
  'settings.before': ['web_hook'],
  'settings.after': ['web_hook', 'redirect'],
  'settings.after.*': AFTER_SETTINGS,
  'settings.after.profile': ['web_hook', 'show_verification_ui', 'verify', 'redirect'],
  'recovery.before': ['web_hook'],
  'recovery.after': ['web_hook', 'revoke_active_sessions'],
  'verification.before': ['web_hook'],
  'verification.after': ['web_hook'],
};
const TABLES: Readonly<Record<Dialect, Table>> = {
  'v0.1-job': JOB_PLACES,
  'v0.3-hook': OLD_HOOK_PLACES,
  current: CURRENT_PLACES,
};

/** Every name that the server itself gives a meaning to. */
export const OWN_NAMES: ReadonlySet<string> = new Set([
  ...Object.values(TABLES).flatMap((table) => Object.values(table).flat()),
  ...REFUSED.keys(),
]);

/** The hook that signs people in after login without being written. */
export const AUTOMATIC_SESSION = 'session';
/** The hook that runs after registration and settings without being written, where verification is on. */
export const AUTOMATIC_VERIFICATION = 'verification';

type Where = Pick<HookList, 'flow' | 'point' | 'method' | 'dialect'>;

/** The built-in hooks that may stand in a list, as its dialect has it; plugins say for themselves where they may stand. */
export function builtInAt({ flow, point, method, dialect }: Where): readonly string[] {
  const table = TABLES[dialect];
  const place = `${flow}.${point}`;
  if (method === undefined) return table[place] ?? [];
  return table[`${place}.${method}`] ?? table[`${place}.*`] ?? table[place] ?? [];
}

/** False where the older dialects have no list at all: nothing may stand there, plugins neither. */
export function hasList({ flow, point, dialect }: Where): boolean {
  return flow === 'logout' || dialect === 'current' || TABLES[dialect][`${flow}.${point}`] !== undefined;
}

/** The phase of a hook in a list: that of the point with the method, or else of the point. */
export function phaseAt(at: At, { flow, point, method, dialect }: Where): Phase | undefined {
  const place: Point = `${flow}.${point}`;
  const phase = (method === undefined ? undefined : at[`${place}.${method}`]) ?? at[place];
  return typeof phase === 'object' ? phase[orderOf(dialect)] : phase;
}

/** Lists of dialect v0.1-job persist first and run their hooks then; all others run hooks before anything is stored. */
export function orderOf(dialect: Dialect): 'hooks_first' | 'persist_first' {
  return dialect === 'v0.1-job' ? 'persist_first' : 'hooks_first';
}

/** The other dialect that a key belongs to; undefined: it may be used here. */
export function foreignKey(hook: string, key: string, dialect: Dialect): Dialect | undefined {
  const only = ONLY_IN[hook]?.[key];
  return only === dialect ? undefined : only;
}

/** A key of a hook's configuration as the list's dialect spells it. */
export function spelled(hook: string, key: string, dialect: Dialect): string {
  return SPELLED[dialect]?.[hook]?.[key] ?? key;
}

/** `registration.after.password`: the lane a list is run in. */
export function laneName(flow: HookList['flow'], point: HookList['point'], method: MethodName | undefined): string {
  return method === undefined ? `${flow}.${point}` : `${flow}.${point}.${method}`;
}
