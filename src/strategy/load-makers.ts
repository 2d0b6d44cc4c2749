import { SallyportError } from '../kernel/error.ts';
import { describeFailure } from '../kernel/failure.ts';
import type { Issue } from '../kernel/issue.ts';
import type { AuthenticatorRules } from './ceremony/authenticator-rules.ts';
import { readMakers, type Makers } from './ceremony/makers.ts';
import type { MethodSources } from './method.ts';

/** The rules as they are written: with the address of the file that they are judged by. */
export interface WrittenAuthenticatorRules extends AuthenticatorRules {
  readonly metadata: string | undefined;
}

/** Reads the file of the metadata service that a method names, once, at start. `key`: of the setting, for what is wrong with it. */
export async function loadMakers(
  key: string,
  { metadata }: Pick<WrittenAuthenticatorRules, 'metadata'>,
  sources: MethodSources,
): Promise<{ readonly loaded: Makers | undefined; readonly issues: readonly Issue[] }> {
  if (metadata === undefined) return { loaded: undefined, issues: [] };
  const fail = (found: string) => ({
    loaded: undefined,
    issues: [{ code: 'unreadable', place: sources.placeOf(key), path: key, found, allowed: ALLOWED } as const],
  });
  try {
    const loaded = readMakers(await sources.read(metadata));
    return loaded === undefined ? fail('is no file of the metadata service') : { loaded, issues: [] };
  } catch (error) {
    return fail(error instanceof SallyportError ? error.reason : `cannot be read: ${describeFailure(error)}`);
  }
}

const ALLOWED = 'write the file:// URI of a copy of https://mds3.fidoalliance.org/';
