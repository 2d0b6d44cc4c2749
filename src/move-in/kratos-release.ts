import { SallyportError } from '../kernel/error.ts';
import type { SourceDatabase } from '../store/knex/open-source.ts';

/** The newest migration of each release of the reference. */
const RELEASES = [
  ['26.2', '20260114175904000000'],
  ['25.4', '20250710085000000000'],
  ['1.2', '20240425095000000001'],
  ['1.1', '20240119094628000000'],
  ['1.0', '20230705000000000001'],
] as const;

/** What a database of the reference has. */
export interface KratosRelease {
  /** The release that its tables are those of, or of a little later. */
  readonly name: string;
  readonly hasOrganizations: boolean;
  readonly hasExternalIds: boolean;
}

/**
 * Which release made the tables. Throws `bad_request` for a database of something else, of a release before 1.0, and, unless
 * `anyVersion`, of one later than 26.2.
 */
export async function releaseOf(
  source: SourceDatabase,
  { anyVersion }: { readonly anyVersion: boolean },
): Promise<KratosRelease> {
  const newest = await newestMigration(source);
  const release = RELEASES.find(([, migration]) => newest >= migration);
  if (release === undefined)
    throw refuse(`${source.place} is of a release before 1.0: let Ory Kratos 1.0 or later migrate it first.`);
  if (newest > RELEASES[0][1] && !anyVersion)
    throw refuse(
      `${source.place} is of a release later than ${RELEASES[0][0]}, which this build does not know. With --any-version it is read all the same.`,
    );
  return {
    name: release[0],
    hasOrganizations: newest >= RELEASES[3][1],
    hasExternalIds: newest >= RELEASES[1][1],
  };
}

async function newestMigration(source: SourceDatabase): Promise<string> {
  try {
    const [row] = await source.rows(`SELECT CAST(MAX(version) AS ${source.text}) AS version FROM schema_migration`, []);
    return row?.['version'] ?? '';
  } catch (error) {
    throw new SallyportError('bad_request', `${source.place} is no database of Ory Kratos.`, { cause: error });
  }
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
