import type { Credential } from '../../identity/identity.ts';
import type { IdentityId } from '../../kernel/id.ts';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import type { Random } from '../../kernel/random.ts';
import { sameToken } from '../../secret/token.ts';
import { codeTyped } from '../code-typed.ts';
import type { CredentialSealing } from '../credential-sealing.ts';

export const TYPE = 'lookup_secret';

/** Codes of one set. */
const COUNT = 12;
/** Characters of a code, of 36 each: 41 bits (security LK-1). */
const LENGTH = 8;
const LETTER = /[a-z0-9]/;

/** What turns codes into what is stored of them. */
export interface CodeKeeping {
  /** Digests under every secret of the configuration, the present one first. */
  digests(purpose: string, code: string): readonly string[];
  /** Where codes may be seen again: they are kept encrypted as well. */
  readonly sealing: CredentialSealing | undefined;
}

/** A code as it is stored. */
interface StoredCode {
  /** HMAC-SHA-256 behind its key id, bound to the account. */
  readonly digest: string;
  /** ISO 8601. */
  readonly used_at: string | null;
  readonly sealed?: string;
}

/** A code that its owner may see again. */
export interface ShownCode {
  readonly code: string;
  /** Milliseconds. */
  readonly usedAt: number | undefined;
}

/** Twelve codes, each of which nobody can guess, and none twice. */
export function newCodes(random: Pick<Random, 'token'>): readonly string[] {
  const codes = new Set<string>();
  while (codes.size < COUNT) codes.add(newCode(random));
  return [...codes];
}

/** Of uniform letters those that a code may have are uniform, too. */
function newCode(random: Pick<Random, 'token'>): string {
  let code = '';
  while (code.length < LENGTH) code += [...random.token(LENGTH)].filter((letter) => LETTER.test(letter)).join('');
  return code.slice(0, LENGTH);
}

/** A code as it is compared: blanks, dashes and capitals do not matter. */
export const asCompared = (typed: string | undefined): string => codeTyped(typed).toLowerCase();

/** The configuration of a credential with these codes, none of which is used. */
export const configOf = (codes: readonly string[], owner: IdentityId, keeping: CodeKeeping): JsonObject =>
  configOfUsed(
    codes.map((code) => ({ code, usedAt: undefined })),
    owner,
    keeping,
  );

export const configOfUsed = (codes: readonly ShownCode[], owner: IdentityId, keeping: CodeKeeping): JsonObject => ({
  recovery_codes: codes.map(({ code, usedAt }) => ({
    digest: digestsOf(code, owner, keeping)[0] ?? '',
    used_at: usedAt === undefined ? null : new Date(usedAt).toISOString(),
    ...(keeping.sealing !== undefined && { sealed: keeping.sealing.seal(code, owner) }),
  })),
});

/** The digest knows the account: a row of somebody else’s codes is worth nothing to it. */
const digestsOf = (code: string, owner: IdentityId, { digests }: CodeKeeping): readonly string[] =>
  digests(TYPE, `${owner}/${code}`);

/**
 * The credential after the use of a code; `used`: the code was used before; `unknown`: it is none of these. Every code of the set
 * is compared, each in a time that does not depend on what was typed (security LK-2). `now`: milliseconds.
 */
export function useCode(
  { config }: Pick<Credential, 'config'>,
  code: string,
  { owner, keeping, now }: { readonly owner: IdentityId; readonly keeping: CodeKeeping; readonly now: number },
): JsonObject | 'used' | 'unknown' {
  const codes = storedCodes(config);
  const wanted = digestsOf(code, owner, keeping);
  const matching = codes.map(({ digest }) => wanted.filter((each) => sameToken(each, digest)).length > 0);
  const found = matching.indexOf(true);
  if (found < 0) return 'unknown';
  if (codes[found]?.used_at !== null) return 'used';
  const usedAt = new Date(now).toISOString();
  return { ...config, recovery_codes: codes.map((each, i) => ({ ...each, ...(i === found && { used_at: usedAt }) })) };
}

/** The codes in clear; undefined where one of them is not kept so, or does not open. */
export function openCodes(
  { config }: Pick<Credential, 'config'>,
  owner: IdentityId,
  { sealing }: CodeKeeping,
): readonly ShownCode[] | undefined {
  const stored = storedCodes(config);
  const opened = stored.flatMap(({ sealed, used_at }): readonly ShownCode[] => {
    const code = sealed === undefined ? undefined : sealing?.open(sealed, owner);
    return code === undefined ? [] : [{ code, usedAt: used_at === null ? undefined : Date.parse(used_at) }];
  });
  return opened.length === stored.length && stored.length > 0 ? opened : undefined;
}

/** When each code was used, in the order of the set; null: not yet. */
export const usesOf = (config: JsonObject): readonly (string | null)[] =>
  storedCodes(config).map(({ used_at }) => used_at);

function storedCodes({ recovery_codes: codes }: JsonObject): readonly StoredCode[] {
  return (Array.isArray(codes) ? codes : []).flatMap((each): readonly StoredCode[] => {
    if (!isObject(each)) return [];
    const { digest, used_at, sealed } = each;
    if (typeof digest !== 'string') return [];
    const used = typeof used_at === 'string' ? used_at : null;
    return [{ digest, used_at: used, ...(typeof sealed === 'string' && { sealed }) }];
  });
}
