import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import type { OutboxMessage } from '../../src/courier/message.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { must } from '../../src/kernel/error.ts';
import { parseMessageId } from '../../src/kernel/id.ts';
import { systemRandom } from '../../src/secret/random.ts';
import { createStore } from '../../src/store/knex/create-store.ts';
import type { Store } from '../../src/store/store.ts';
import { courierSite, type CourierProcess, type CourierSite } from '../support/couriers.ts';
import { createDatabase } from '../support/mariadb.ts';

/** Seconds of killing; a full run is `SALLYPORT_TEST_KILL_SECONDS=120`. */
const SECONDS = Number(process.env['SALLYPORT_TEST_KILL_SECONDS'] ?? '10');
const SEED = Number(process.env['SALLYPORT_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const COURIERS = 5;
const REFUSED = '@refused.example';
const isBad = (recipient: string): boolean => recipient.endsWith(REFUSED);

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Delivery {
  readonly id: string;
  readonly recipient: string;
  /** The courier that brought it. */
  readonly by: string;
}

/** A mail server that refuses the bad addresses, when `mayRefuse` says so, and writes down what it took from whom. */
async function startSink(mayRefuse: () => Promise<void>): Promise<{
  readonly port: number;
  readonly deliveries: Delivery[];
  readonly refusals: string[];
}> {
  const deliveries: Delivery[] = [];
  const refusals: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onRcptTo({ address }, _session, done) {
      if (!isBad(address)) return done();
      void mayRefuse().then(() => {
        refusals.push(address);
        done(Object.assign(new Error('no such user'), { responseCode: 550 }));
      });
    },
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      stream.on('end', () => {
        deliveries.push({
          id: /^Message-ID: <([^@]+)@/im.exec(text)?.[1] ?? '',
          recipient: session.envelope.rcptTo[0]?.address ?? '',
          by: session.hostNameAppearsAs,
        });
        done();
      });
    },
  });
  // A client that goes away in the middle of a mail is what this is about.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  closers.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the sink got no port');
  return { port: address.port, deliveries, refusals };
}

/** One MariaDB with the messages in it, due over `spread` milliseconds, every tenth to an address that is refused. */
async function prepare(
  sink: { readonly port: number },
  { count, spread, lease }: { readonly count: number; readonly spread: number; readonly lease: string },
): Promise<{
  readonly site: CourierSite;
  readonly store: Store;
  readonly good: readonly string[];
  readonly bad: readonly string[];
}> {
  const database = await createDatabase();
  closers.push(() => database.drop());
  const dsn = database.url.replace(/@([^/]+)\//, '@tcp($1)/');
  const site = await courierSite(
    `dsn: '${dsn}'
secrets: { cookie: [a-cookie-secret-made-up-for-tests] }
courier:
  smtp: { connection_uri: 'smtp://127.0.0.1:${sink.port}/?disable_starttls=true', from_address: id@sallyport.test }
  worker: { pull_wait: 200ms, lease: ${lease} }
`,
  );
  closers.push(() => site.close());
  const url = new URL(database.url);
  const store = await createStore(
    {
      kind: 'mysql',
      host: url.hostname,
      port: Number(url.port),
      socket: undefined,
      user: url.username,
      password: decodeURIComponent(url.password),
      database: database.name,
      maxConnections: 2,
      tls: false,
    },
    { clock: systemClock, random: systemRandom, log: { info: () => undefined, warn: () => undefined } },
  );
  closers.push(() => store.close());
  const now = Date.now();
  const messages = Array.from({ length: count }, (_, i) => message(i, now, Math.round((i / count) * spread)));
  for (let at = 0; at < count; at += 200) {
    await store.transaction(async ({ outbox }) => {
      for (const each of messages.slice(at, at + 200)) await outbox.put(each);
    });
  }
  const ids = (bad: boolean): readonly string[] =>
    messages.filter(({ recipient }) => isBad(recipient) === bad).map(({ id }) => id);
  return { site, store, good: ids(false), bad: ids(true) };
}

function message(i: number, now: number, after: number): OutboxMessage {
  return {
    id: must(parseMessageId(systemRandom.uuid()), 'id'),
    type: 'email',
    channel: 'email',
    recipient: i % 10 === 7 ? `nobody${i}${REFUSED}` : `person${i}@mail${i % 40}.example`,
    template: 'plugin',
    data: { subject: `Message ${i}`, text: 'Hello' },
    subject: `Message ${i}`,
    body: 'Hello',
    usefulUntil: undefined,
    identityId: undefined,
    flowId: undefined,
    status: 'queued',
    sendCount: 0,
    dueAt: now + after,
    createdAt: now,
    updatedAt: now,
  };
}

async function until(what: () => Promise<boolean> | boolean, seconds: number, why: () => string): Promise<void> {
  for (const end = Date.now() + seconds * 1_000; !(await what()); await delay(100)) {
    if (Date.now() > end) throw new Error(`It did not come: ${why()}`);
  }
}

/** Every message with its tries, by what became of them. */
async function outcomes(store: Store, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const id of ids) {
    const found = must(await store.outbox.find(must(parseMessageId(id), 'id')), 'message');
    const tries = found.dispatches.map(({ status }) => status).join('+');
    const what = `${found.message.status} ${tries}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
}

const report = (text: string): unknown => process.stderr.write(`${text}\n`);

test('five couriers deliver every good message once while the bad ones are not even answered', async () => {
  const allThere = Promise.withResolvers<void>();
  const sink = await startSink(() => allThere.promise);
  const { site, store, good, bad } = await prepare(sink, { count: 300, spread: 0, lease: '1m' });
  const couriers = Array.from({ length: COURIERS }, (_, i) => site.start(`courier-${i}`));
  await until(
    () => sink.deliveries.length >= good.length,
    60,
    () => `${sink.deliveries.length} of ${good.length}`,
  );
  // The order, by construction: no bad address has been refused yet, and every good message is there.
  expect(sink.refusals).toEqual([]);
  allThere.resolve();
  const done = async (): Promise<boolean> => (await store.outbox.depth()).queued === 0;
  await until(done, 200, () => couriers.map(({ log }) => log().slice(-300)).join('\n'));
  expect(new Set(sink.deliveries.map(({ id }) => id))).toEqual(new Set(good));
  expect(sink.deliveries).toHaveLength(good.length);
  expect(await outcomes(store, good)).toEqual(new Map([['sent success', good.length]]));
  expect([...(await outcomes(store, bad)).keys()].every((each) => each.startsWith('abandoned failed'))).toBe(true);
  expect(await Promise.all(couriers.map((courier) => courier.stop()))).toEqual(couriers.map(() => 0));
  expect(new Set(sink.deliveries.map(({ by }) => by)).size).toBeGreaterThan(1);
}, 500_000);

test(
  `five couriers killed at random lose nothing, and send nothing twice but what a killed one had sent`,
  async () => {
    const sink = await startSink(() => Promise.resolve());
    const { site, store, good, bad } = await prepare(sink, { count: 2_000, spread: SECONDS * 1_000, lease: '30s' });
    const random = generator(SEED);
    const killed = new Set<string>();
    let born = 0;
    const next = (): CourierProcess => site.start(`courier-${(born += 1)}`);
    const couriers = Array.from({ length: COURIERS }, next);
    await Promise.all(couriers.map(({ atWork }) => atWork));
    const began = Date.now();
    while (Date.now() < began + SECONDS * 1_000) {
      await delay(100 + random() * 700);
      const i = Math.floor(random() * COURIERS);
      const victim = must(couriers[i], 'courier');
      killed.add(victim.name);
      await victim.kill9();
      couriers[i] = next();
    }
    const killing = Date.now() - began;
    const seed = `seed ${SEED}`;
    await until(
      async () => (await store.outbox.depth()).queued === 0,
      120,
      () => seed,
    );
    const drained = Date.now() - began - killing;
    expect(await Promise.all(couriers.map((courier) => courier.stop())), seed).toEqual(couriers.map(() => 0));

    const copies = new Map<string, Delivery[]>();
    for (const each of sink.deliveries) copies.set(each.id, [...(copies.get(each.id) ?? []), each]);
    const twice = [...copies.values()].filter((all) => all.length > 1);
    expect(new Set(copies.keys()), seed).toEqual(new Set(good));
    // All copies but the last were brought by a courier that died with the message in its hands.
    const unexplained = twice.filter((all) => !all.slice(0, -1).every(({ by }) => killed.has(by)));
    expect(unexplained, seed).toEqual([]);
    const byOne = twice.filter((all) => new Set(all.map(({ by }) => by)).size < all.length);
    expect(byOne, seed).toEqual([]);
    // A good message never failed and was never put back: nothing a bad one did touched it.
    expect(await outcomes(store, good), seed).toEqual(new Map([['sent success', good.length]]));
    expect(await outcomes(store, bad), seed).toEqual(new Map([['abandoned failed', bad.length]]));
    report(
      `five couriers: ${good.length} good, ${bad.length} refused, ${killed.size} killed in ${Math.round(killing / 1_000)} s, ` +
        `${twice.length} sent twice (each by a courier that was killed), drained ${Math.round(drained / 1_000)} s later, ${seed}`,
    );
  },
  (SECONDS + 400) * 1_000,
);

/** The same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
