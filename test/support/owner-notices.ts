import type { EmbeddedServer } from './embedded.ts';
import { createHttpClient, readText, type HttpClient } from './http-client.ts';
import { mailsOf, type Queued } from './mailbox.ts';

/** What the owner of an account was told at an address, oldest first. */
export async function noticesTo(
  server: Pick<EmbeddedServer, 'adminUrl'>,
  recipient: string,
): Promise<readonly Queued[]> {
  return (await mailsOf(server, recipient)).filter(({ template }) => template.startsWith('notify_'));
}

/** The same by the names of the templates. */
export const noticeNames = async (
  server: Pick<EmbeddedServer, 'adminUrl'>,
  recipient: string,
): Promise<readonly string[]> => (await noticesTo(server, recipient)).map(({ template }) => template);

/** Imports somebody whose address is proved, unless it is said otherwise. */
export async function importPerson(
  { adminUrl }: Pick<EmbeddedServer, 'adminUrl'>,
  { email, password, proved = true }: { readonly email: string; readonly password: string; readonly proved?: boolean },
): Promise<string> {
  const admin = createHttpClient({ cookies: false });
  const answer = await admin.post(`${adminUrl}/admin/identities`, {
    json: {
      schema_id: 'person',
      traits: { email },
      verifiable_addresses: [
        { value: email, via: 'email', verified: proved, status: proved ? 'completed' : 'pending' },
      ],
      credentials: { password: { config: { password } } },
    },
  });
  admin.close();
  if (answer.status !== 201) throw new Error(`cannot import ${email}: ${answer.status} ${answer.text}`);
  return readText(answer.json, 'id');
}

/** Sends a form of settings as an app does. */
export async function changeSettings(
  http: HttpClient,
  { publicUrl }: Pick<EmbeddedServer, 'publicUrl'>,
  token: string,
  json: object,
): Promise<number> {
  const headers = { 'x-session-token': token };
  const { json: flow } = await http.get(`${publicUrl}/self-service/settings/api`, { headers });
  return (await http.post(readText(flow, 'ui.action'), { headers, json })).status;
}
