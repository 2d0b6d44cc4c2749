// npm run timing: whether the time of an answer tells who has an account (security EN-4). Run it on an idle machine.
//
//   npm run timing             400 tries a class
//   npm run timing -- 100      so many
//   npm run timing -- 100 verification   only what has this in its name
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { createPerson } from '../test/support/admin.ts';
import { createHttpClient, type Answer, type HttpClient } from '../test/support/http-client.ts';
import { MAIL_FILES, mailConfig } from '../test/support/mail-config.ts';
import { NO_SEND_LIMITS } from '../test/support/no-send-limits.ts';
import { begin, type Kind } from '../test/support/self-service.ts';
import { startServer, type TestServer } from '../test/support/server.ts';
import { auc, median } from './figures.ts';

/** Beyond this the two classes can be told apart; at 400 tries a class chance alone stays within it. */
const BAR = 0.06;
const password = 'clouds over the harbour';
const KNOWN = 'known-person@sallyport.test';
const UNKNOWN = 'nobody-there@sallyport.test';
const PLAIN = 'no-passwords@sallyport.test';
const OFF = 'switched-off@sallyport.test';
/** A hash that no password has needs no password: of each kind one as large as it is met. */
const text = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
const crypt = (length: number): string => [...randomBytes(length)].map((byte) => CRYPT[byte % 64]).join('');
const CRYPT = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** People who came from other servers, by the kind of their hash. */
const IMPORTED: Readonly<Record<string, string>> = {
  'bcrypt 12': `$2a$12$${crypt(21)}.${crypt(30)}.`,
  'PBKDF2-SHA-256, 600,000 rounds': `$pbkdf2-sha256$i=600000,l=32$${text(16)}$${text(32)}`,
  'scrypt, N = 2^16': `$scrypt$ln=65536,r=8,p=1$${text(16)}==$${text(32)}=`,
  'SHA-512-crypt': `$sha512-crypt$${crypt(8)}$${crypt(86)}`,
  'argon2id, 64 MiB, 3 passes': `$argon2id$v=19$m=65536,t=3,p=4$${text(16)}$${text(32)}`,
  MD5: `$md5$${text(16)}==`,
};
const addressOf = (kind: string): string => `${kind.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}@sallyport.test`;
const imported = Object.fromEntries(Object.keys(IMPORTED).map((kind) => [kind, addressOf(kind)]));

const MORE = `
security: { account_enumeration: { mitigate: true } }
limits:${NO_SEND_LIMITS}  password_failures: { tries: 1000000 }
  stranger_failures: { tries: 1000000 }
  network_sends: { tries: 1000000 }
  flows: { tries: 1000000 }
`;

/** One answer, measured; what has to happen before it is not. */
interface Probe {
  readonly name: string;
  readonly kind: Kind;
  readonly classes: Readonly<Record<string, string>>;
  before?(ask: Ask, address: string): Promise<unknown>;
  measured(ask: Ask, address: string): Promise<unknown>;
}
type Ask = (json: object) => Promise<Answer>;

const PROBES: readonly Probe[] = [
  {
    name: 'sign-in with a wrong password',
    kind: 'login',
    classes: { known: KNOWN, unknown: UNKNOWN, 'without password': PLAIN, 'switched off': OFF, ...imported },
    measured: (ask, identifier) => ask({ method: 'password', identifier, password: 'not the right one' }),
  },
  {
    name: 'sign-in with a password of eighty bytes',
    kind: 'login',
    classes: { known: KNOWN, unknown: UNKNOWN, 'bcrypt 12': addressOf('bcrypt 12') },
    measured: (ask, identifier) => ask({ method: 'password', identifier, password: 'x'.repeat(80) }),
  },
  {
    name: 'asking for a sign-in code',
    kind: 'login',
    classes: { known: KNOWN, unknown: UNKNOWN },
    measured: (ask, identifier) => ask({ method: 'code', identifier }),
  },
  {
    name: 'a wrong sign-in code',
    kind: 'login',
    classes: { known: KNOWN, unknown: UNKNOWN },
    before: (ask, identifier) => ask({ method: 'code', identifier }),
    measured: (ask, identifier) => ask({ method: 'code', identifier, code: '000000' }),
  },
  {
    name: 'asking for a recovery code',
    kind: 'recovery',
    classes: { known: KNOWN, unknown: UNKNOWN },
    measured: (ask, email) => ask({ method: 'code', email }),
  },
  {
    name: 'a wrong recovery code',
    kind: 'recovery',
    classes: { known: KNOWN, unknown: UNKNOWN },
    before: (ask, email) => ask({ method: 'code', email }),
    measured: (ask) => ask({ method: 'code', code: '000000' }),
  },
  {
    name: 'asking for a verification code',
    kind: 'verification',
    classes: { known: KNOWN, unknown: UNKNOWN },
    measured: (ask, email) => ask({ method: 'code', email }),
  },
];

process.exitCode = await main(Number(process.argv[2] ?? 400), process.argv[3] ?? '');

async function main(tries: number, part: string): Promise<number> {
  if (!Number.isInteger(tries) || tries < 10) {
    console.error('How many tries a class: a whole number, 10 or more.');
    return 1;
  }
  // Hashes as in production.
  const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true, more: MORE }).replace(
    /^hashers: .*\n/m,
    '',
  );
  const server = await startServer({ config, files: MAIL_FILES, args: ['serve', '--dev'] });
  const http = createHttpClient({ cookies: false });
  try {
    await populate(server, http);
    console.log(
      `${tries} tries a class, in random order. A difference of the classes shows as AUC beyond 0.5 ± ${BAR}.`,
    );
    for (const probe of PROBES.filter(({ name }) => name.includes(part)))
      report(probe, await measure(server, http, probe, tries));
    return 0;
  } finally {
    http.close();
    await server.stop();
  }
}

async function populate({ adminUrl }: TestServer, http: HttpClient): Promise<void> {
  await createPerson(adminUrl, { email: KNOWN, password });
  const off = await createPerson(adminUrl, { email: OFF, password });
  await http.post(`${adminUrl}/admin/identities`, { json: { schema_id: 'person', traits: { email: PLAIN } } });
  for (const [kind, hashed_password] of Object.entries(IMPORTED)) {
    const credentials = { password: { config: { hashed_password } } };
    const json = { schema_id: 'person', traits: { email: addressOf(kind) }, credentials };
    const { status, text: answer } = await http.post(`${adminUrl}/admin/identities`, { json });
    if (status !== 201) throw new Error(`cannot import ${kind}: ${status} ${answer}`);
  }
  const patch = [{ op: 'replace', path: '/state', value: 'inactive' }];
  await http.request('PATCH', `${adminUrl}/admin/identities/${off}`, { json: patch });
}

/** Milliseconds of each class; the classes take turns in an order that chance decides anew each time. */
async function measure(
  { publicUrl }: TestServer,
  http: HttpClient,
  { kind, classes, before, measured }: Probe,
  tries: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map(Object.keys(classes).map((name): [string, number[]] => [name, []]));
  for (let n = -5; n < tries; n += 1) {
    for (const [name, address] of shuffled(Object.entries(classes))) {
      const flow = await begin(http, publicUrl, kind, 'api');
      const ask: Ask = (json) => http.post(flow.action, { json });
      await before?.(ask, address);
      const began = performance.now();
      await measured(ask, address);
      if (n >= 0) times.get(name)?.push(performance.now() - began);
    }
  }
  return times;
}

function report({ name }: Probe, times: ReadonlyMap<string, readonly number[]>): void {
  const [[first, base] = ['', []], ...others] = times;
  for (const [other, sample] of others) {
    const value = auc(base, sample);
    const told = Math.abs(value - 0.5) > BAR ? '  TELLS THEM APART' : '';
    const medians = `${median(base).toFixed(2)} ms, ${median(sample).toFixed(2)} ms`;
    console.log(`${name}: ${first} / ${other}: AUC ${value.toFixed(3)}, medians ${medians}${told}`);
  }
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
