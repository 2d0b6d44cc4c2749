import type { EmbeddedServer } from './embedded.ts';
import { createHttpClient, read, readText } from './http-client.ts';

export interface Queued {
  readonly id: string;
  readonly recipient: string;
  readonly template: string;
  readonly subject: string;
  readonly body: string;
}

/** What a server has put into its outbox, oldest first, as operators see it; nothing of it is sent. */
export async function mailsOf(
  { adminUrl }: Pick<EmbeddedServer, 'adminUrl'>,
  recipient?: string,
): Promise<readonly Queued[]> {
  const http = createHttpClient({ cookies: false });
  const query = recipient === undefined ? '' : `&recipient=${encodeURIComponent(recipient)}`;
  const { json, text } = await http.get(`${adminUrl}/admin/courier/messages?page_size=250${query}`);
  http.close();
  if (!Array.isArray(json)) throw new Error(text);
  return json
    .map((each: unknown) => ({
      id: readText(each, 'id'),
      recipient: readText(each, 'recipient'),
      template: readText(each, 'template_type'),
      subject: readText(each, 'subject'),
      body: readText(each, 'body'),
    }))
    .toReversed();
}

/** The code of the newest message to somebody. */
export async function newestCode(server: Pick<EmbeddedServer, 'adminUrl'>, recipient: string): Promise<string> {
  const mail = (await mailsOf(server, recipient)).at(-1);
  const code = /(?<![\d-])\d{6}(?![\d-])/.exec(`${mail?.subject}\n${mail?.body}`)?.[0];
  if (code === undefined) throw new Error(`no code for ${recipient}`);
  return code;
}

/** The link of the newest message to somebody. */
export async function newestLink(
  server: Pick<EmbeddedServer, 'adminUrl' | 'publicUrl'>,
  recipient: string,
): Promise<string> {
  const mail = (await mailsOf(server, recipient)).at(-1);
  const link = (mail?.body.match(/https?:\/\/[^\s"'<>)\]]+/g) ?? []).find((each) => each.startsWith(server.publicUrl));
  if (link === undefined) throw new Error(`no link for ${recipient}`);
  return link;
}

/** Another code of six digits. */
export const wrong = (code: string, by = 1): string => `${code.slice(0, 5)}${(Number(code.at(-1)) + by) % 10}`;

/** Whether an address of somebody is verified, as the admin API has it. */
export async function isVerified({ adminUrl }: Pick<EmbeddedServer, 'adminUrl'>, email: string): Promise<unknown> {
  const http = createHttpClient({ cookies: false });
  const found = await http.get(`${adminUrl}/admin/identities?credentials_identifier=${encodeURIComponent(email)}`);
  http.close();
  return read(found.json, '0.verifiable_addresses.0.verified');
}
