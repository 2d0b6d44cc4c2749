import type { SourceDatabase, TextRow } from '../store/knex/open-source.ts';
import type { KratosRelease } from './kratos-release.ts';

/** Everything that the reference stores of one person. */
export interface KratosPerson {
  readonly identity: TextRow;
  readonly credentials: readonly KratosCredential[];
  readonly verifiable: readonly TextRow[];
  readonly recovery: readonly TextRow[];
  readonly sessions: readonly KratosSession[];
}

export interface KratosCredential {
  readonly type: string;
  readonly row: TextRow;
  readonly identifiers: readonly string[];
}

export interface KratosSession {
  readonly row: TextRow;
  readonly devices: readonly TextRow[];
}

const IDENTITY = [
  'id',
  'schema_id',
  'traits',
  'state',
  'state_changed_at',
  'metadata_public',
  'metadata_admin',
  'created_at',
  'updated_at',
];
const ADDRESS = ['id', 'identity_id', 'value', 'via', 'created_at', 'updated_at'];
const SESSION = [
  'id',
  'identity_id',
  'issued_at',
  'expires_at',
  'authenticated_at',
  'active',
  'aal',
  'authentication_methods',
  'token',
];
/** The names of types are the same in every database; their ids need not be. */
const CREDENTIALS: Selection = {
  from: 'identity_credentials r JOIN identity_credential_types t ON t.id = r.identity_credential_type_id',
  columns: ['id', 'identity_id', 'config', 'created_at', 'updated_at', ['t.name', 'type']],
  key: 'identity_id',
};
const IDENTIFIERS: Selection = {
  from: 'identity_credential_identifiers r',
  columns: ['identity_credential_id', 'identifier'],
  key: 'identity_credential_id',
  order: 'identifier',
};
const DEVICES: Selection = {
  from: 'session_devices r',
  columns: ['id', 'session_id', 'ip_address', 'user_agent', 'location'],
  key: 'session_id',
};

/** Reads the people of one network, page by page in the order of their ids. */
export interface KratosRows {
  people(page: { readonly after: string; readonly size: number }): Promise<readonly KratosPerson[]>;
  count(): Promise<number>;
  /** How many people each schema has. */
  schemas(): Promise<readonly { readonly id: string; readonly people: number }[]>;
}

export function kratosRows(source: SourceDatabase, release: KratosRelease, network: string): KratosRows {
  const tables = tablesOf(source, network);
  const { cast } = tables;
  const names = [
    ...IDENTITY,
    ...(release.hasOrganizations ? ['organization_id'] : []),
    ...(release.hasExternalIds ? ['external_id'] : []),
  ];
  return {
    async people({ after, size }) {
      const text = `SELECT ${names.map((name) => cast(name)).join(', ')} FROM identities`;
      const page = `${text} WHERE nid = ? AND id > ? ORDER BY identities.id LIMIT ${size}`;
      return await withRows(tables, await source.rows(page, [network, after]));
    },

    async count() {
      const text = `SELECT ${cast('COUNT(*)', 'people')} FROM identities WHERE nid = ?`;
      const [row] = await source.rows(text, [network]);
      return Number(row?.['people'] ?? 0);
    },

    async schemas() {
      const text = `SELECT ${cast('schema_id')}, ${cast('COUNT(*)', 'people')} FROM identities WHERE nid = ? GROUP BY identities.schema_id`;
      const rows = await source.rows(text, [network]);
      return rows.map((row) => ({ id: row['schema_id'] ?? '', people: Number(row['people']) }));
    },
  };
}

interface Selection {
  readonly from: string;
  /** Columns, each with the name that it gets where it is another. */
  readonly columns: readonly (string | readonly [column: string, as: string])[];
  /** The column whose values are asked for, as it is named in the rows. */
  readonly key: string;
  readonly order?: string;
}

type Grouped = ReadonlyMap<string, readonly TextRow[]>;

/** The tables of one network. */
interface Tables {
  cast(column: string, as?: string): string;
  /** The rows that belong to these ids. */
  of(ids: readonly string[], selection: Selection): Promise<Grouped>;
}

function tablesOf(source: SourceDatabase, network: string): Tables {
  const cast: Tables['cast'] = (column, as = column) => `CAST(${column} AS ${source.text}) AS ${as}`;
  return {
    cast,
    async of(ids, { from, columns, key, order = 'created_at' }) {
      if (ids.length === 0) return new Map();
      const chosen = columns.map((column) =>
        typeof column === 'string' ? cast(`r.${column}`, column) : cast(...column),
      );
      const marks = ids.map(() => '?').join(', ');
      const text = `SELECT ${chosen.join(', ')} FROM ${from} WHERE r.nid = ? AND r.${key} IN (${marks}) ORDER BY r.${order}, r.id`;
      return Map.groupBy(await source.rows(text, [network, ...ids]), (row) => row[key] ?? '');
    },
  };
}

/** People with everything that is theirs. */
async function withRows(tables: Tables, identities: readonly TextRow[]): Promise<readonly KratosPerson[]> {
  const ids = identities.map(idOf);
  const key = 'identity_id';
  const credentials = await tables.of(ids, CREDENTIALS);
  const identifiers = await tables.of([...credentials.values()].flat().map(idOf), IDENTIFIERS);
  const verified = [...ADDRESS, 'verified', 'status', 'verified_at'];
  const verifiable = await tables.of(ids, { from: 'identity_verifiable_addresses r', columns: verified, key });
  const recovery = await tables.of(ids, { from: 'identity_recovery_addresses r', columns: ADDRESS, key });
  const sessions = await tables.of(ids, { from: 'sessions r', columns: SESSION, key });
  const devices = await tables.of([...sessions.values()].flat().map(idOf), DEVICES);
  return identities.map((identity): KratosPerson => {
    const id = idOf(identity);
    return {
      identity,
      credentials: (credentials.get(id) ?? []).map((row) => ({
        type: row['type'] ?? '',
        row,
        identifiers: (identifiers.get(idOf(row)) ?? []).flatMap(({ identifier }) => identifier ?? []),
      })),
      verifiable: verifiable.get(id) ?? [],
      recovery: recovery.get(id) ?? [],
      sessions: (sessions.get(id) ?? []).map((row) => ({ row, devices: devices.get(idOf(row)) ?? [] })),
    };
  });
}

const idOf = (row: TextRow): string => row['id'] ?? '';

/** The network whose people are read, and how much lies in others. */
export interface Network {
  readonly id: string;
  readonly others: number;
  readonly peopleOfOthers: number;
}

/** The oldest network, which is the one that the reference uses, or the one that is `named`; undefined: there is none. */
export async function networkOf(source: SourceDatabase, named: string | undefined): Promise<Network | undefined> {
  const rows = await source.rows(
    `SELECT CAST(id AS ${source.text}) AS id FROM networks ORDER BY networks.created_at, networks.id`,
    [],
  );
  const ids = rows.map(idOf);
  const id = named === undefined ? ids[0] : ids.find((each) => each === named);
  if (id === undefined) return undefined;
  const [people] = await source.rows(
    `SELECT CAST(COUNT(*) AS ${source.text}) AS people FROM identities WHERE nid <> ?`,
    [id],
  );
  return { id, others: ids.length - 1, peopleOfOthers: Number(people?.['people'] ?? 0) };
}
