import { isObject, type Json, type JsonObject } from '../../../kernel/json.ts';
import { MapperFault, type MappedIdentity } from '../claims.ts';

/** Characters of JSON that a mapper may make (security OI-15). */
const MAX_SIZE = 65_536;

/**
 * Reads what a mapper file made, `{ identity: { traits, metadata_public, metadata_admin, verified_addresses } }`. Throws
 * `MapperFault` for what it must not be; parts of another name are ignored, as the reference does.
 */
export function parseMapped(made: unknown, name: string): MappedIdentity {
  const fail = (reason: string): never => {
    throw new MapperFault(`${name}: ${reason}`);
  };
  const identity = isObject(made) ? made['identity'] : undefined;
  if (!isObject(identity)) return fail('the result has no object `identity`');
  const { traits, metadata_public: open = null, metadata_admin: admin = null, verified_addresses: proved } = identity;
  if (!isObject(traits)) return fail('`identity.traits` is not an object');
  const text = JSON.stringify([traits, open, admin]);
  if (text.length > MAX_SIZE) return fail(`the result is longer than ${MAX_SIZE} characters`);
  // Through JSON and back: a TypeScript file may have made anything.
  const [plain, metadataPublic, metadataAdmin] = JSON.parse(text) as [JsonObject, Json, Json];
  return { traits: plain, metadataPublic, metadataAdmin, verifiedAddresses: readAddresses(proved, fail) };
}

function readAddresses(proved: unknown, fail: (reason: string) => never): MappedIdentity['verifiedAddresses'] {
  if (proved === undefined || proved === null) return [];
  if (!Array.isArray(proved)) return fail('`identity.verified_addresses` is not a list');
  return proved.map((each: unknown) => {
    const { via, value } = isObject(each) ? each : {};
    if ((via !== 'email' && via !== 'sms') || typeof value !== 'string' || value === '')
      return fail('an entry of `identity.verified_addresses` is not { via: email or sms, value: text }');
    return { via, value };
  });
}
