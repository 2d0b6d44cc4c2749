import { deepFreeze, isObject } from '../../../kernel/json.ts';
import { withTimeLimit } from '../../../kernel/time-limit.ts';
import { MapperFault, type Claims, type ClaimsMapper, type MappedIdentity } from '../claims.ts';
import { parseMapped } from './result.ts';

/** What a mapper file exports by default. */
export type MapClaims = (claims: Claims) => MapResult | Promise<MapResult>;
export type MapResult =
  | {
      readonly identity: {
        readonly traits: MappedIdentity['traits'];
        readonly metadata_public?: MappedIdentity['metadataPublic'];
        readonly metadata_admin?: MappedIdentity['metadataAdmin'];
        readonly verified_addresses?: MappedIdentity['verifiedAddresses'];
      };
    }
  /** Nobody signs in with these claims; the sentence is for the person. */
  | { readonly refuse: string };

/** How long a mapper that waits for something may take. */
const TIMEOUT_MS = 1_000;

/** A mapper in TypeScript: the operator's own code, run in the process like a hook. */
export function createFunctionMapper(map: MapClaims, name: string): ClaimsMapper {
  return {
    async map(claims) {
      const made = await timed(name, async () => map(deepFreeze(structuredClone(claims))));
      if (isObject(made) && typeof made['refuse'] === 'string') return { kind: 'refused', reason: made['refuse'] };
      return { kind: 'mapped', identity: parseMapped(made, name) };
    },
  };
}

async function timed(name: string, work: () => Promise<unknown>): Promise<unknown> {
  const late = (): Error => new MapperFault(`${name}: it has not answered after ${TIMEOUT_MS} ms`);
  try {
    return await withTimeLimit(TIMEOUT_MS, work, late);
  } catch (cause) {
    if (cause instanceof MapperFault) throw cause;
    // Its message may quote a claim; its name and stack are in the cause.
    throw Object.assign(new MapperFault(`${name}: it threw ${cause instanceof Error ? cause.name : typeof cause}`), {
      cause,
    });
  }
}
