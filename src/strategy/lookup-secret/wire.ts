import type { CredentialWire } from '../../identity/credential-wire.ts';
import { SallyportError } from '../../kernel/error.ts';
import { ownIdentifier } from '../../identity/identifier.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import { asCompared, type CodeKeeping, configOfUsed, openCodes, type ShownCode, TYPE, usesOf } from './stored-codes.ts';

/** More than any list of codes has. */
const MOST = 1_000;
/** Characters of an imported code. */
const LONGEST = 64;

/**
 * Backup codes in the form of the wire: `recovery_codes[]`, with the codes where they may be seen again; imported as `codes[]`,
 * of which nothing is stored in clear.
 */
export const codesWire = (keeping: CodeKeeping): CredentialWire => ({
  type: TYPE,
  members: ['codes'],
  shown(config, owner) {
    const opened = openCodes({ config }, owner, keeping);
    return {
      recovery_codes: usesOf(config).map((used_at, i) => ({
        ...(opened?.[i] !== undefined && { code: opened[i].code }),
        used_at,
      })),
    };
  },
  read({ codes }) {
    const at = `credentials.${TYPE}.config.codes`;
    if (!Array.isArray(codes) || codes.length === 0 || codes.length > MOST)
      throw refuse(`${at} is not a list of 1 to ${MOST} codes.`);
    const read = (codes as readonly Json[]).map((each, i) => codeIn(each, `${at}[${i}]`));
    if (new Set(read.map(({ code }) => code)).size < read.length) throw refuse(`${at} has a code twice.`);
    return ({ owner, before }) => ({
      config: beside(before?.config ?? {}, configOfUsed(read, owner, keeping)),
      identifiers: [ownIdentifier(owner)],
    });
  },
});

/** Codes that are stored stay; one that is imported again is as it is imported. */
function beside(before: JsonObject, imported: ReturnType<typeof configOfUsed>): JsonObject {
  const codes = listIn(imported);
  const digests = new Set(codes.map(digestIn));
  return { ...imported, recovery_codes: [...listIn(before).filter((each) => !digests.has(digestIn(each))), ...codes] };
}

const listIn = ({ recovery_codes: codes }: JsonObject): readonly Json[] => (Array.isArray(codes) ? codes : []);
const digestIn = (code: Json): unknown => (isObject(code) ? code['digest'] : undefined);

function codeIn(value: Json, at: string): ShownCode {
  const given = isObject(value) ? value : {};
  const { code, used_at: used } = given;
  const compared = typeof code === 'string' && code.length <= LONGEST ? asCompared(code) : '';
  if (compared === '') throw refuse(`${at}.code is no code.`);
  if (used === undefined || used === null) return { code: compared, usedAt: undefined };
  const usedAt = typeof used === 'string' ? Date.parse(used) : Number.NaN;
  if (Number.isNaN(usedAt)) throw refuse(`${at}.used_at is not a time.`);
  return { code: compared, usedAt };
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
