import type { Channel } from '../kernel/draft.ts';
import { isObject } from '../kernel/json.ts';

/** The annotation of a JSON schema that says what a trait is used for. */
export const EXTENSION = 'ory.sh/kratos';

/** The annotation of one property. */
export interface Extension {
  readonly password: boolean;
  readonly webauthn: boolean;
  readonly code: Channel | undefined;
  readonly totpName: boolean;
  readonly passkeyName: boolean;
  readonly verification: Channel | undefined;
  readonly recovery: Channel | undefined;
}

/** True when the property is an identifier of a credential, or its account name. */
export const forCredentials = (extension: Extension): boolean =>
  extension.password ||
  extension.webauthn ||
  extension.code !== undefined ||
  extension.totpName ||
  extension.passkeyName;

type Problem = (path: string, found: string, allowed: string) => void;

/** Reads the annotation. An unknown member is reported as a problem, never ignored. */
export function readExtension(value: unknown, path: string, problem: Problem): Extension {
  const root = members(value, path, ['credentials', 'verification', 'recovery', 'organizations'], problem);
  const credentials = members(
    root['credentials'],
    `${path}.credentials`,
    ['password', 'webauthn', 'code', 'totp', 'passkey'],
    problem,
  );
  const flag = (type: string, key: string): boolean => {
    const at = `${path}.credentials.${type}`;
    const keys = type === 'code' ? [key, 'via'] : [key];
    return boolean(members(credentials[type], at, keys, problem)[key], `${at}.${key}`, problem);
  };
  const code = isObject(credentials['code']) ? credentials['code'] : {};
  const codeVia = channel(code['via'], `${path}.credentials.code.via`, problem);
  const organizations = members(root['organizations'], `${path}.organizations`, ['matcher'], problem);
  if (organizations['matcher'] !== undefined && organizations['matcher'] !== 'email_domain') {
    problem(`${path}.organizations.matcher`, shown(organizations['matcher']), 'email_domain is allowed');
  }
  return {
    password: flag('password', 'identifier'),
    webauthn: flag('webauthn', 'identifier'),
    // Ory Kratos reads a missing channel as mail.
    code: flag('code', 'identifier') ? (codeVia ?? 'email') : undefined,
    totpName: flag('totp', 'account_name'),
    passkeyName: flag('passkey', 'display_name'),
    verification: via(root['verification'], `${path}.verification`, problem),
    recovery: via(root['recovery'], `${path}.recovery`, problem),
  };
}

function members(
  value: unknown,
  path: string,
  known: readonly string[],
  problem: Problem,
): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (!isObject(value)) {
    problem(path, shown(value), 'an object is expected');
    return {};
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) problem(`${path}.${key}`, 'is not known', `known here: ${known.join(', ')}`);
  }
  return value;
}

function boolean(value: unknown, path: string, problem: Problem): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  problem(path, shown(value), 'true or false is expected');
  return false;
}

function via(value: unknown, path: string, problem: Problem): Channel | undefined {
  if (value === undefined) return undefined;
  const found = members(value, path, ['via'], problem)['via'];
  if (found === undefined) problem(`${path}.via`, 'is missing', 'email or sms is expected');
  return channel(found, `${path}.via`, problem);
}

function channel(value: unknown, path: string, problem: Problem): Channel | undefined {
  if (value === undefined || value === 'email' || value === 'sms') return value;
  // So it was called from v0.9 to v1.0.
  if (value === 'phone') return 'sms';
  problem(path, shown(value), 'email or sms is expected');
  return undefined;
}

function shown(value: unknown): string {
  return `is ${(JSON.stringify(value) ?? String(value)).slice(0, 80)}`;
}
