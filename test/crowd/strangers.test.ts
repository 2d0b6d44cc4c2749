import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserFrom, type BrowserFrom } from '../security/browser-from.ts';
import { createPerson, listAll } from '../support/admin.ts';
import { startBalancer, type Balancer } from '../support/balancer.ts';
import { createDatabase, dsnOf, type Database } from '../support/mariadb.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { read } from '../support/http-client.ts';
import { say } from '../support/say.ts';
import { messagesOf, type Person } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { crowdAt } from './strangers.ts';

// Default limits and hashes. Three servers on one database behind a balancer; everybody comes through it as through a
// trusted proxy that names their network.
const CONFIG = `serve: { public: { trusted_proxies: { count: 1 } } }
${mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true }).replace(/^hashers: .*\n/m, '')}`;
const password = 'clouds over the harbour';
const HOME = '203.0.113.7';
const NOT_TRIED = 4900001;
/** The proof of a recovery leads a single-page app to the settings. */
const RECOVERED = 422;
const ROUNDS = 3;

const networks = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, n) => `198.51.100.${from + n}`);

let database: Database;
let balancer: Balancer;
let at: { readonly publicUrl: string; readonly adminUrl: string };
const servers: TestServer[] = [];

beforeAll(async () => {
  database = await createDatabase();
  balancer = await startBalancer();
  const options = {
    config: `dsn: ${dsnOf(database.url)}\n${CONFIG}`,
    files: MAIL_FILES,
    args: ['serve', '--dev'],
    env: { SERVE_PUBLIC_BASE_URL: `${balancer.url}/` },
  };
  for (let n = 0; n < 3; n += 1) servers.push(await startServer({ ...options, migrated: n > 0 }));
  for (const { publicUrl } of servers) balancer.add(publicUrl);
  while (balancer.ready() < 3) await delay(50);
  at = { publicUrl: balancer.url, adminUrl: servers[0]?.adminUrl ?? '' };
}, 120_000);
afterAll(async () => {
  await balancer.close();
  await Promise.all(servers.map((server) => server.stop()));
  await database.drop();
});

const mailsTo = (email: string): Promise<readonly unknown[]> =>
  listAll(`${at.adminUrl}/admin/courier/messages?page_size=250&recipient=${encodeURIComponent(email)}`);

/** What the counters of all budgets stand at, and what the account was sent. */
async function budgets(email: string): Promise<string> {
  const sql = await createConnection(database.url);
  const [rows] = await sql.query('SELECT COUNT(*) AS counters, COALESCE(SUM(tries), 0) AS tries FROM limits');
  await sql.end();
  const sent = new Map<string, number>();
  for (const mail of await mailsTo(email)) {
    const template = String(read(mail, 'template_type'));
    sent.set(template, (sent.get(template) ?? 0) + 1);
  }
  return JSON.stringify({ limits: (rows as readonly unknown[])[0], mails: Object.fromEntries(sent) });
}

const known = async (visitor: BrowserFrom, who: Person): Promise<void> => {
  const answer = await visitor.signIn(who);
  expect(answer.status, answer.text).toBe(200);
  visitor.forgetSession();
};

/** Of all the messages to the address the one of this flow. */
async function codeFor(_email: string, flow: string): Promise<string> {
  const sql = await createConnection(database.url);
  const [rows] = await sql.query('SELECT body FROM outbox WHERE flow_id = ? AND channel = ?', [flow, 'email']);
  await sql.end();
  const code = /(?<![\d-])\d{6}(?![\d-])/.exec(JSON.stringify(rows))?.[0];
  if (code === undefined) throw new Error(`no code for the flow ${flow}`);
  return code;
}

describe.each([
  ['one network', networks(1), 110],
  ['a hundred networks', networks(100), 6],
  ['the network of the owner', [HOME], 10],
])('strangers of %s', (name, from, tries) => {
  test('keep the owner from nothing, on a device that the account knows and by mail on a new one', async () => {
    const email = `${name.replaceAll(' ', '-')}@sallyport.test`;
    const who: Person = { email, password };
    await createPerson(at.adminUrl, who);
    const owner = browserFrom(at, HOME, codeFor);
    await known(owner, who);
    say(`${name}: before ${await budgets(email)}`);

    const crowd = crowdAt(at.publicUrl, email);
    // Twice of each kind: what is free, and the one that each network has above it.
    await crowd.askForMessages(from, 2 + Math.floor(6 / from.length));
    await crowd.guess(from, tries);

    // The owner comes in the middle of it.
    const storm = crowd.guess(from, tries);
    for (let round = 0; round < ROUNDS; round += 1) {
      await known(owner, who);
      const recovered = await owner.recover(email);
      expect(recovered.status, recovered.text).toBe(RECOVERED);
      owner.forgetSession();
      const confirmed = await owner.confirm(email);
      expect(messagesOf(confirmed.json), confirmed.text).toEqual([1080002]);
    }
    await storm;
    say(`${name}: after ${await budgets(email)}; answers ${JSON.stringify(Object.fromEntries(crowd.answers))}`);
    // Thirty of everybody, one more of each network; and the owner's own. Codes for sign-in and proof are counted together.
    const most = Math.min(30 + from.length, 5 * from.length) + ROUNDS;
    const sent = (await mailsTo(email)).map((mail) => String(read(mail, 'template_type')));
    const recovering = sent.filter((template) => template === 'recovery_code_valid').length;
    expect([recovering <= most, sent.length - recovering <= most]).toEqual([true, true]);

    const fresh = browserFrom(at, '203.0.113.99', codeFor);
    await crowd.guess(networks(30, 200), 5); // the owner's last right one has ended the sum
    const refused = await fresh.signIn(who);
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [NOT_TRIED]]);
    expect(await fresh.recover(email)).toMatchObject({ status: RECOVERED });
    owner.close();
    fresh.close();
  }, 240_000);
});
