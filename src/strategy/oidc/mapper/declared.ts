import type { Json, JsonObject } from '../../../kernel/json.ts';
import { isObject } from '../../../kernel/json.ts';
import type { Channel } from '../../../kernel/draft.ts';
import type { Claims, ClaimsMapper, MappedIdentity } from '../claims.ts';

/** `ignore`: the address is proved here. `trust`: as the provider says. `require`: taken only when the provider says so. */
type Verified = 'ignore' | 'trust' | 'require';

interface Rule {
  readonly claim: readonly string[];
  readonly to: readonly (readonly string[])[];
  readonly required: boolean;
  readonly verified: Verified;
}

/** Something that cannot be, at a key below `claims`. */
export interface RuleProblem {
  readonly key: string;
  readonly found: string;
  readonly allowed: string;
}

const ADDRESSES: Readonly<Record<string, Channel>> = { email: 'email', phone_number: 'sms' };
const TARGETS: ReadonlySet<string> = new Set(['traits', 'metadata_public', 'metadata_admin']);
const KEYS: ReadonlySet<string> = new Set(['to', 'required', 'verified']);

const SHAPE = 'write traits.<name>, a list of such, or { to, required, verified }';

/**
 * Reads the `claims` of a provider: `email: traits.email`, or `email: { to: traits.email, required: true, verified: trust }`.
 * A claim that is not there is left out; what is put somewhere twice keeps the first.
 */
export function parseRules(written: unknown): {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
} {
  const problems: RuleProblem[] = [];
  const rules: Rule[] = [];
  const entries = isObject(written) ? Object.entries(written) : [];
  if (entries.length === 0) problems.push({ key: '', found: 'maps nothing', allowed: 'write claim: traits.<name>' });
  for (const [claim, value] of entries) {
    const problem = (key: string, found: string, allowed: string): void => {
      problems.push({ key: `.${claim}${key}`, found, allowed });
    };
    const given = isObject(value) ? value : { to: value };
    for (const key of Object.keys(given))
      if (!KEYS.has(key)) problem(`.${key}`, 'unknown key', 'allowed: to, required, verified');
    const to = targetsOf(given['to']);
    if (to === undefined) problem(isObject(value) ? '.to' : '', describe(given['to']), SHAPE);
    const required = given['required'] ?? false;
    if (typeof required !== 'boolean') problem('.required', describe(required), 'write true or false');
    const verified = given['verified'] ?? 'ignore';
    if (!isVerified(verified)) problem('.verified', describe(verified), 'write ignore, trust or require');
    else if ('verified' in given && ADDRESSES[claim] === undefined)
      problem('.verified', `is set for ${claim}`, 'only email and phone_number can be verified');
    if (to !== undefined && isVerified(verified))
      rules.push({ claim: claim.split('.'), to, required: required === true, verified });
  }
  return { rules, problems };
}

const isVerified = (value: unknown): value is Verified =>
  value === 'ignore' || value === 'trust' || value === 'require';

function describe(value: unknown): string {
  if (value === undefined) return 'says not where it goes';
  return typeof value === 'object' ? 'is a mapping or a list of something else' : `is ${JSON.stringify(value)}`;
}

function targetsOf(value: unknown): readonly (readonly string[])[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const paths = list.map((each) => (typeof each === 'string' ? each.split('.') : []));
  const fine = paths.every(
    ([root = '', ...rest]) => TARGETS.has(root) && rest.length > 0 && rest.every((part) => /^[\w-]+$/.test(part)),
  );
  return fine && paths.length > 0 && !paths.some((path) => path.includes('__proto__')) ? paths : undefined;
}

/** A mapper that is written in the configuration. */
export function createDeclaredMapper(rules: readonly Rule[]): ClaimsMapper {
  return {
    map(claims) {
      const made: Record<string, JsonObject> = { traits: {} };
      const proved: { via: Channel; value: string }[] = [];
      for (const { claim, to, required, verified } of rules) {
        const [name = ''] = claim;
        const sure = isSure(claims, name);
        const value = verified === 'require' && !sure ? undefined : valueAt(claims as unknown as JsonObject, claim);
        if (value === undefined || value === null) {
          if (!required) continue;
          return Promise.resolve({ kind: 'refused', reason: missing(claim, verified) });
        }
        for (const [root = '', ...path] of to) made[root] = put(made[root] ?? {}, path, value);
        const via = ADDRESSES[name];
        if (via !== undefined && verified !== 'ignore' && sure && typeof value === 'string')
          proved.push({ via, value });
      }
      const { traits = {}, metadata_public: open = null, metadata_admin: admin = null } = made;
      const identity: MappedIdentity = {
        traits,
        metadataPublic: open,
        metadataAdmin: admin,
        verifiedAddresses: proved,
      };
      return Promise.resolve({ kind: 'mapped', identity });
    },
  };
}

/** For the person. */
function missing(claim: readonly string[], verified: Verified): string {
  const name = claim.join('.');
  return verified === 'require'
    ? `The provider has not verified what is needed here: ${name}.`
    : `The provider did not share what is needed here: ${name}.`;
}

const isSure = (claims: Claims, name: string): boolean =>
  (name === 'email' && claims.email_verified === true) ||
  (name === 'phone_number' && claims.phone_number_verified === true);

function valueAt(from: JsonObject, [name = '', ...rest]: readonly string[]): Json | undefined {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  if (rest.length === 0 || value === undefined) return value;
  return isObject(value) ? valueAt(value as JsonObject, rest) : undefined;
}

function put(into: JsonObject, [name = '', ...rest]: readonly string[], value: Json): JsonObject {
  const there = Object.hasOwn(into, name) ? into[name] : undefined;
  if (rest.length === 0) return there === undefined ? { ...into, [name]: value } : into;
  const below: JsonObject = isObject(there) ? (there as JsonObject) : {};
  return there === undefined || isObject(there) ? { ...into, [name]: put(below, rest, value) } : into;
}
