import { compileJsonnet, JsonnetFault } from '../../../language/jsonnet/jsonnet.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { MapperFault, type ClaimsMapper } from '../claims.ts';
import { parseMapped } from './result.ts';

/** A mapper in Jsonnet, with `std.extVar('claims')`. Throws `JsonnetFault` when the program cannot be read. */
export function createJsonnetMapper(text: string, name: string): ClaimsMapper {
  const program = compileJsonnet(text, name);
  return {
    map(claims) {
      try {
        // Claims are JSON by their making.
        const made = program.evaluate({ extVars: { claims: claims as unknown as JsonObject } });
        return Promise.resolve({ kind: 'mapped', identity: parseMapped(made, name) });
      } catch (error) {
        if (error instanceof MapperFault) return Promise.reject(error);
        if (!(error instanceof JsonnetFault)) throw error;
        if (error.kind === 'raised') return Promise.resolve({ kind: 'refused', reason: error.reason });
        return Promise.reject(new MapperFault(error.message));
      }
    },
  };
}
