import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { startEmbedded, type EmbeddedServer } from '../support/embedded.ts';
import { createHttpClient, type HttpClient } from '../support/http-client.ts';
import { begin, register, signIn } from '../support/self-service.ts';

const PLUGIN = `import { defineHook } from 'sallyport/plugin';
export default defineHook({
  name: 'tidy',
  at: { 'registration.after': 'prepare' },
  timeoutMs: 500,
  run: {
    prepare: ({ draft }) => {
      const email = String(draft.identity.traits.email);
      if (email.startsWith('broken')) throw new Error('the tidy hook is out of order');
      if (email.startsWith('refused')) return { kind: 'fail', messages: [{ id: 900001, type: 'error', text: 'No.' }] };
      const traits = { ...draft.identity.traits, name: 'Tidied' };
      return { kind: 'modify', draft: { ...draft, identity: { ...draft.identity, traits } } };
    },
  },
});
`;
const config = BASIC_CONFIG.replace('[{ hook: session }]', '[{ hook: tidy }, { hook: session }]');
const files = { ...BASIC_FILES, 'plugins/tidy.ts': PLUGIN };
const password = 'clouds over the harbour';

describe('the flows on the admin listener', () => {
  let server: EmbeddedServer;
  let http: HttpClient;
  let token = '';
  beforeAll(async () => {
    server = await startEmbedded({ config, files });
    http = createHttpClient({ cookies: false });
    const made = await register(http, server.publicUrl, { email: 'ada@sallyport.test', password });
    if (made.status !== 200) throw new Error(made.text);
    token = JSON.parse(made.text).session_token;
    await register(http, server.publicUrl, { email: 'refused@sallyport.test', password });
    await register(http, server.publicUrl, { email: 'broken@sallyport.test', password });
    await signIn(http, server.publicUrl, { email: 'ada@sallyport.test', password: 'not this one' });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  const show = async (path: string): Promise<string> => {
    const { status, text } = await http.get(`${server.adminUrl}${path}`);
    expect(status, text).toBe(200);
    return text;
  };
  const lines = (page: string): readonly string[] =>
    [...page.matchAll(/<tr data-flow-id="[^"]+">[\s\S]*?<\/tr>/g)].map(([row]) =>
      row
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    );
  const flowOf = (page: string, n = 0): string => [...page.matchAll(/data-flow-id="([^"]+)"/g)][n]?.[1] ?? '';

  test('draw the machine that runs, with figures, and list what passed, newest first', async () => {
    const page = await show('/?flow=registration');
    expect(page).toContain('id="s-form.password.prepare.tidy"');
    expect(page).toMatch(/data-state="form.password.prepare.tidy">[\s\S]*?<td class="number">3<\/td>/);
    expect(lines(page).map((line) => line.replace(/^\S+ /, '').replace(/[0-9a-f]{8}/g, '#'))).toEqual([
      expect.stringMatching(/^Login # password refused form\.waiting .* –$/),
      expect.stringMatching(/^Registration # password failed failed: hook_failed: /),
      expect.stringMatching(/^Registration # password refused form\.waiting /),
      expect.stringMatching(/^Registration # password passed done .* #$/),
    ]);
  });

  test.each([
    ['kind=login', 1],
    ['kind=registration&outcome=passed', 1],
    ['outcome=refused', 2],
    ['hook=tidy', 3],
    ['hook=session', 1],
    ['failed=yes', 1],
    ['method=code', 0],
    ['kind=login&hook=tidy', 0],
  ])('are filtered by %s', async (query, count) => {
    expect(lines(await show(`/?${query}`))).toHaveLength(count);
  });

  test('are filtered by identity', async () => {
    const id = /\/admin\/identities\/([0-9a-f-]{36})/.exec(await show('/?outcome=passed'))?.[1] ?? '';
    expect(lines(await show(`/?identity=${id}`))).toHaveLength(1);
  });

  test('one opened: each step with its verdict, what a hook changed by name, the session; and no secret', async () => {
    const id = flowOf(await show('/?outcome=passed'));
    const page = await show(`/flows/${id}`);
    const steps = [...page.matchAll(/<li data-from="([^"]+)"(?: data-to="([^"]+)")? data-event="([^"]+)"/g)];
    expect(steps.map(([, from, to, event]) => `${from} ${event} ${to}`)).toEqual([
      'opening open form.waiting',
      'form.waiting submit form.checking',
      'form.checking accept.password form.password.prepare.tidy',
      'form.password.prepare.tidy hook.modify form.password.write.identity',
      'form.password.write.identity store.done form.password.write.session',
      'form.password.write.session hook.continue done',
    ]);
    expect(page).toContain('changed traits.name');
    expect(page).toMatch(/\/admin\/sessions\/[0-9a-f-]{36}/);
    expect(page).toMatch(/class="state final here" id="s-done"/);
    expect(page).toContain('traits.email');
    for (const secret of [password, token, 'ada@sallyport.test', 'Tidied']) expect(page).not.toContain(secret);
  });

  test('go back and forth by address alone', async () => {
    const id = flowOf(await show('/?outcome=passed'));
    const page = await show(`/flows/${id}?step=2`);
    expect(page).toMatch(/class="state hook in-prepare here" id="s-form.password.prepare.tidy"/);
    expect(page).toContain(`href="/flows/${id}?step=1#stage"`);
    expect(page).toContain(`href="/flows/${id}?step=3#stage"`);
    expect(page).toMatch(/class="state final" id="s-done"/);
  });

  test('one that failed says where and why', async () => {
    const page = await show(`/flows/${flowOf(await show('/?failed=yes'))}`);
    expect(page).toMatch(/class="state hook in-prepare failed" id="s-form.password.prepare.tidy"/);
    expect(page).toContain('the tidy hook is out of order');
    const why = /<details class="why" open>[\s\S]*?<pre>([\s\S]*?)<\/pre>/.exec(page)?.[1] ?? '';
    expect(why).toContain('form.password.prepare.tidy');
    expect(why).toContain('the tidy hook is out of order');
  });

  test('one that was only opened waits', async () => {
    const { id } = await begin(http, server.publicUrl, 'login', 'api');
    const page = await show(`/flows/${id}`);
    expect(page).toMatch(/class="state waiting here" id="s-form.waiting"/);
    expect(page).toContain('Nothing was recorded yet');
  });

  test('boxes close and open by their links', async () => {
    const page = await show('/?flow=registration');
    const link = /<a href="([^"]+)" data-toggle="form.password"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const closed = await show(link);
    expect(closed).toContain('class="state lane" id="s-form.password"');
    expect(closed).not.toContain('id="s-form.password.prepare.tidy"');
    const back = /<a href="([^"]+)" data-toggle="form.password"/.exec(closed)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(await show(back)).toContain('id="s-form.password.prepare.tidy"');
  });

  test.each(['/flows/nothing', '/flows/00000000-0000-4000-8000-000000000000', '/?flow=nothing'])(
    'what is not there is 404: %s',
    async (path) => {
      expect((await http.get(`${server.adminUrl}${path}`)).status).toBe(404);
    },
  );

  test('are not on the public listener', async () => {
    for (const path of ['/flows/00000000-0000-4000-8000-000000000000', '/live', '/live?flow=login'])
      expect((await http.get(`${server.publicUrl}${path}`)).status).toBe(404);
  });

  test('come live: moves, list and figures of what happens, as far as it fits the filter', async () => {
    const watch = openStream(`${server.adminUrl}/live?flow=registration&kind=registration`);
    await watch.until('figures');
    await signIn(http, server.publicUrl, { email: 'ada@sallyport.test', password });
    await register(http, server.publicUrl, { email: 'eve@sallyport.test', password });
    const [moves] = await watch.until('moves');
    expect(moves).toEqual([{ from: 'opening', event: 'open', to: 'form.waiting', failed: false }]);
    const [opened, sent] = await watch.until('row', (found) => found.length === 2);
    expect(opened).toMatch(/Registration <code>[^]*opened[^]*form\.waiting/);
    expect(sent).toMatch(/Registration <code>[^]*passed/);
    const passed = (figures: unknown): unknown => read(figures, ['states', 'form.password.prepare.tidy', 'count']);
    const all = await watch.until('figures', (found) => passed(found.at(-1)) === 4);
    expect(read(all.at(-1), ['ways', 'form.waiting submit'])).toBe(4);
    watch.close();
    expect(watch.text()).not.toMatch(/clouds over|eve@sallyport|ory_st_/);
    expect(watch.text().match(/event: row/g)).toHaveLength(2); // nothing of the sign-in
  });

  test('are watched by so many pages and no more; a stream ends with the server', async () => {
    const watches: Watch[] = [];
    for (let i = 0; i < 31; i++) {
      const watch = openStream(`${server.adminUrl}/live?flow=login`);
      watches.push(watch);
      if ((await watch.status) !== 200) break;
    }
    expect(await watches.at(-1)?.status).toBe(503);
    // The stream of another test may not have been missed yet.
    expect(watches.length).toBeGreaterThanOrEqual(30);
    await server.app.close();
    await Promise.all(watches.map((each) => each.ended));
  });
});

const read = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), value);

interface Watch {
  readonly status: Promise<number>;
  /** The data of all events of a name, once they are what is waited for. */
  until(event: string, enough?: (found: readonly unknown[]) => boolean): Promise<readonly unknown[]>;
  text(): string;
  close(): void;
  readonly ended: Promise<void>;
}

function openStream(url: string): Watch {
  let text = '';
  let look = (): void => undefined;
  let done = (): void => undefined;
  const ended = new Promise<void>((resolve) => (done = resolve));
  let answered = (_status: number): void => undefined;
  const status = new Promise<number>((resolve) => (answered = resolve));
  const sent = request(url, (answer: IncomingMessage) => {
    answered(answer.statusCode ?? 0);
    answer.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      look();
    });
    answer.on('close', () => done());
    answer.on('error', () => done());
  });
  sent.on('error', () => done());
  sent.end();
  const dataOf = (event: string): readonly unknown[] =>
    [...text.matchAll(new RegExp(`event: ${event}\ndata: (.*)\n\n`, 'g'))].map(([, data = '']): unknown =>
      JSON.parse(data),
    );
  return {
    until: (event, enough = ({ length }) => length > 0) =>
      new Promise((resolve) => {
        look = () => {
          const found = dataOf(event);
          if (enough(found)) resolve(found);
        };
        look();
      }),
    status,
    text: () => text,
    close: () => sent.destroy(),
    ended,
  };
}
