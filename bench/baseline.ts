// The baseline: handlers written by hand for one purpose, in a process of their own, with Koa and one prepared statement.
// It answers the same JSON as Sallyport does, from the same tables. Started by `stage.ts`; says its port by message.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import Koa from 'koa';
import { loadArgon2 } from '../src/strategy/password/argon2.ts';
import { openHandle, type Row } from './baseline-database.ts';
import { hashOnce } from './people.ts';

const [address = ''] = process.argv.slice(2);
const database = await openHandle(address);
const argon2 = await loadArgon2();

const findSession = database.prepare(`
  SELECT s.id AS session_id, s.active, s.expires_at, s.authenticated_at, s.issued_at, s.aal, s.methods, s.devices,
         i.id, i.schema_id, i.state, i.state_changed_at, i.traits, i.created_at, i.updated_at
  FROM sessions s JOIN identities i ON i.id = s.identity_id WHERE s.token_hash = ?`);
const insertFlow = database.prepare(
  'INSERT INTO bench_flows (id, kind, request_url, state, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
);
const findFlow = database.prepare('SELECT id, expires_at FROM bench_flows WHERE id = ?');
const findPerson = database.prepare('SELECT id, password FROM bench_people WHERE email = ?');
const insertPerson = database.prepare('INSERT INTO bench_people (id, email, password, created_at) VALUES (?, ?, ?, ?)');

const app = new Koa();
app.use(async (ctx) => {
  if (ctx.path === '/whoami') ctx.body = await whoami(ctx.get('X-Session-Token'));
  else if (ctx.path === '/flow') ctx.body = await begin(ctx.originalUrl);
  else if (ctx.path === '/register') ctx.body = await register();
  else if (ctx.path === '/login') ctx.body = await login(String(ctx.query['flow']), await text(ctx.req));
  else return;
  ctx.status = ctx.body === undefined ? 401 : 200;
});

async function whoami(token: string): Promise<unknown> {
  const row = await findSession.first([createHash('sha256').update(token).digest('hex')]);
  if (row === undefined || row['active'] !== 1 || Number(row['expires_at']) <= Date.now()) return undefined;
  return {
    id: row['session_id'],
    active: true,
    expires_at: time(row['expires_at']),
    authenticated_at: time(row['authenticated_at']),
    authenticator_assurance_level: row['aal'],
    authentication_methods: JSON.parse(String(row['methods'])),
    issued_at: time(row['issued_at']),
    identity: identityOf(row),
    devices: JSON.parse(String(row['devices'])),
  };
}

function identityOf(row: Row): unknown {
  return {
    id: row['id'],
    schema_id: row['schema_id'],
    state: row['state'],
    state_changed_at: time(row['state_changed_at']),
    traits: JSON.parse(String(row['traits'])),
    metadata_public: null,
    created_at: time(row['created_at']),
    updated_at: time(row['updated_at']),
  };
}

const time = (milliseconds: unknown): string => new Date(Number(milliseconds)).toISOString();

async function begin(url: string): Promise<unknown> {
  const id = randomUUID();
  const now = Date.now();
  const expires = now + 3_600_000;
  await insertFlow.run([id, 'login', url, '{"form":"waiting"}', now, expires]);
  const field = (name: string, type: string, group: string) => ({
    type: 'input',
    group,
    attributes: { name, type, required: true, disabled: false, node_type: 'input' },
    messages: [],
    meta: { label: { id: 1, text: name, type: 'info' } },
  });
  return {
    id,
    type: 'api',
    expires_at: time(expires),
    issued_at: time(now),
    request_url: url,
    ui: {
      action: `http://127.0.0.1/login?flow=${id}`,
      method: 'POST',
      nodes: [
        field('csrf_token', 'hidden', 'default'),
        field('identifier', 'text', 'default'),
        field('password', 'password', 'password'),
        field('method', 'submit', 'password'),
      ],
    },
    state: 'choose_method',
  };
}

/** The password of a flow that was begun: a session, and the flow is over, in one transaction. */
async function login(flowId: string, body: string): Promise<unknown> {
  const { identifier, password } = JSON.parse(body);
  const flow = await findFlow.first([flowId]);
  const person = await findPerson.first([String(identifier)]);
  const now = Date.now();
  if (flow === undefined || Number(flow['expires_at']) <= now || person === undefined) return undefined;
  if (!(await argon2.verify(String(person['password']), String(password)))) return undefined;
  const id = randomUUID();
  const token = randomBytes(32).toString('base64url');
  const expires = now + 86_400_000;
  const hash = createHash('sha256').update(token).digest('hex');
  await database.together([
    [
      'INSERT INTO bench_sessions (id, token_hash, person_id, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)',
      [id, hash, String(person['id']), now, expires],
    ],
    ['UPDATE bench_flows SET state = ? WHERE id = ?', ['{"form":"done"}', flowId]],
  ]);
  return { session_token: token, session: { id, active: true, expires_at: time(expires), issued_at: time(now) } };
}

async function register(): Promise<unknown> {
  const id = randomUUID();
  const email = `${id}@bench.test`;
  const hash = await hashOnce(randomBytes(12).toString('base64'));
  await insertPerson.run([id, email, hash, Date.now()]);
  return { id, email };
}

const server = app.listen(0, '127.0.0.1', () => {
  const at = server.address();
  process.send?.({ port: typeof at === 'object' && at !== null ? at.port : 0 });
});
// The parent process has ended.
process.once('disconnect', () => process.exit(0));
