import { setTimeout as delay } from 'node:timers/promises';
import { listAll } from '../support/admin.ts';
import { BASIC_CONFIG, VERIFIED_FILES } from '../support/basic-config.ts';
import { read } from '../support/http-client.ts';
import { startMailSink, type MailSink } from '../support/mail-sink.ts';
import { seeded, type Seeded } from '../support/seeded.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { inspect } from './inspect.ts';
import { createLedger, type Ledger, type Totals } from './ledger.ts';
import { visit } from './visitor.ts';

export interface Campaign {
  /** The line of the configuration that names the database; empty for SQLite in the server's folder. */
  readonly dsn: string;
  readonly kills: number;
  readonly seed: number;
}

export interface Report {
  readonly totals: Totals;
  /** What contradicted a promise, with the number of the kill. */
  readonly violations: readonly string[];
  /** Where a file database is. */
  readonly folder: string;
}

const CLIENTS = 8;
/** A kill comes after any number of answers below this, and any number of milliseconds below the next. */
const MOST_ANSWERS = 80;
const LONGEST_PAUSE = 30;
/** The lease of what was being sent at the last kill, and then some. */
const UNTIL_DELIVERED = 120_000;

/** Kills a server at random moments under load, brings it up again on what it left, and inspects that each time. */
export async function runCampaign({ dsn, kills, seed }: Campaign): Promise<Report> {
  const sink = await startMailSink();
  const random = seeded(seed);
  const ledger = createLedger();
  const config = `${dsn}${BASIC_CONFIG.replace('[{ hook: session }]', '[{ hook: session }, { hook: verify }]')}
courier: { smtp: { connection_uri: '${sink.uri}' } }\n`;
  const files = VERIFIED_FILES;
  const violations: string[] = [];
  let server = await startServer({ config, files });
  const { folder, ports } = server;
  for (let kill = 0; kill < kills; kill += 1) {
    const from = ledger.people.length;
    await killUnderLoad(server, ledger, random, `c${kill}`);
    server = await startServer({ config, files, folder, ports, migrated: true });
    const found = await inspect({ ...server, sink }, ledger.people.slice(from), ledger);
    violations.push(...found.map((what) => `after kill ${kill + 1}: ${what}`));
  }
  violations.push(...(await inspect({ ...server, sink }, ledger.people, ledger)).map((what) => `at the end: ${what}`));
  violations.push(...ledger.wrong, ...(await inspectAll(server, ledger)), ...(await delivered(sink, ledger)));
  await server.stop({ keep: true });
  await sink.stop();
  return { totals: ledger.totals, violations, folder };
}

async function killUnderLoad(server: TestServer, ledger: Ledger, random: Seeded, name: string): Promise<void> {
  const moment = Promise.withResolvers<void>();
  let left = random.below(MOST_ANSWERS);
  const answered = (): void => {
    if (left === 0) moment.resolve();
    left -= 1;
  };
  answered();
  const clients = Array.from({ length: CLIENTS }, (_, n) =>
    visit(server.publicUrl, ledger, { random: seeded(random.below(2 ** 32)), name: `${name}x${n}`, answered }),
  );
  await moment.promise;
  await delay(random.below(LONGEST_PAUSE));
  await server.kill9();
  await Promise.all(clients);
}

/** Nobody and nothing is there that no client knows of. */
async function inspectAll({ adminUrl }: TestServer, { people }: Ledger): Promise<readonly string[]> {
  const identities = await listAll(`${adminUrl}/admin/identities?page_size=500`);
  const sessions = await listAll(`${adminUrl}/admin/sessions?page_size=500`);
  return [
    ...strangers(
      'identity',
      identities,
      people.map(({ id }) => id),
    ),
    ...strangers(
      'session',
      sessions,
      people.flatMap((person) => person.sessions.map(({ id }) => id)),
    ),
  ];
}

function strangers(what: string, stored: readonly unknown[], known: readonly string[]): readonly string[] {
  const ids = new Set(known);
  return stored
    .filter((each) => !ids.has(String(read(each, 'id'))))
    .map((each) => `unknown ${what} ${String(read(each, 'id'))}`);
}

/** Every mail comes in the end; of one that comes twice both copies are the same mail. */
async function delivered(sink: MailSink, { people, totals }: Ledger): Promise<readonly string[]> {
  const expected = people.filter(({ id }) => id !== '').map(({ email }) => email);
  const end = performance.now() + UNTIL_DELIVERED;
  const missing = (): readonly string[] => {
    const there = new Set(sink.mails().flatMap(({ to }) => to));
    return expected.filter((email) => !there.has(email));
  };
  while (missing().length > 0 && performance.now() < end) await delay(250);
  const ids = new Set(sink.mails().map(({ id }) => id));
  totals.mails = ids.size;
  totals.copies = sink.mails().length - ids.size;
  return [
    ...missing().map((email) => `${email}: the mail was lost`),
    ...(ids.size > expected.length ? [`${ids.size} different mails to ${expected.length} people`] : []),
  ];
}
