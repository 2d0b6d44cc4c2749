import { BASIC_CONFIG, VERIFIED_FILES } from './basic-config.ts';
import { createHttpClient, readText } from './http-client.ts';

/* For tests of requests that arrive at the same time. */

export const EIGHT: readonly number[] = Array.from({ length: 8 }, (_, n) => n);

/** Writes a mail where it stands: what runs twice is there twice. */
const LEAVES_A_MAIL = `
import { defineHook } from 'sallyport/plugin';

export default defineHook({
  name: 'leaves_a_mail',
  at: { 'login.after': 'write', 'registration.after': 'write', 'settings.after': 'write', 'logout.after': 'write' },
  timeoutMs: 1000,
  run: {
    async write({ point }, _config, { outbox }) {
      await outbox.put({ subject: point, text: 'It ran.' });
      return { kind: 'continue' };
    },
  },
});
`;

/**
 * Waits until so many submits of a person stand here, so that all of them have read the same flow; later ones pass. The
 * number comes with the request, in a header that hooks may see: see `together`.
 */
const BARRIER = `
import { defineHook } from 'sallyport/plugin';

const waiting = new Map();

export default defineHook({
  name: 'barrier',
  at: { 'settings.after': 'prepare', 'logout.before': 'prepare' },
  timeoutMs: 20000,
  run: {
    async prepare({ identity, headers }) {
      const count = Number(headers['x-together'] ?? 0);
      const place = identity.id;
      const here = waiting.get(place) ?? { count: 0, open: Promise.withResolvers() };
      waiting.set(place, here);
      here.count += 1;
      if (here.count >= count) here.open.resolve();
      await here.open.promise;
      return { kind: 'continue' };
    },
  },
});
`;

export const AT_ONCE_FILES: Readonly<Record<string, string>> = {
  ...VERIFIED_FILES,
  'plugins/leaves_a_mail.ts': LEAVES_A_MAIL,
  'plugins/barrier.ts': BARRIER,
};

/** So many have to have come before any of them goes on. */
export const together = (count: number): Readonly<Record<string, string>> => ({ 'x-together': String(count) });

/** Every flow ends with a hook that leaves a mail behind. */
export const AT_ONCE_CONFIG: string = BASIC_CONFIG.replace(
  'settings: { ui_url: http://127.0.0.1:4455/settings }',
  `settings: { ui_url: http://127.0.0.1:4455/settings, after: { hooks: [{ hook: barrier }, { hook: leaves_a_mail }] } }
    logout: { before: { hooks: [{ hook: barrier }] }, after: { hooks: [{ hook: leaves_a_mail }] } }`,
)
  .replace(
    'login: { ui_url: http://127.0.0.1:4455/login }',
    'login: { ui_url: http://127.0.0.1:4455/login, after: { hooks: [{ hook: leaves_a_mail }] } }',
  )
  .replace('hooks: [{ hook: session }]', 'hooks: [{ hook: session }, { hook: leaves_a_mail }]')
  .concat('clients: { web_hook: { header_allowlist: [x-together] } }\n');

/** How many mails the hooks of a point have left to this address. */
export async function mailsTo(adminUrl: string, address: string, point: string): Promise<number> {
  const http = createHttpClient({ cookies: false });
  const url = `${adminUrl}/admin/courier/messages?page_size=500&recipient=${encodeURIComponent(address)}`;
  const { json, status, text } = await http.get(url);
  http.close();
  if (!Array.isArray(json)) throw new Error(`${url}: ${status} ${text}`);
  return json.filter((message: unknown) => readText(message, 'subject') === point).length;
}
