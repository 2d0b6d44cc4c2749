import { createHttpClient, readText } from './http-client.ts';
import type { Person } from './self-service.ts';

/** What the admin API counts: tests compare it before and after. */
export interface Stored {
  readonly identities: number;
  readonly sessions: number;
}

export async function countStored(adminUrl: string): Promise<Stored> {
  return {
    identities: (await listAll(`${adminUrl}/admin/identities?page_size=500`)).length,
    sessions: (await listAll(`${adminUrl}/admin/sessions?page_size=500`)).length,
  };
}

/** Imports somebody with a password and gives the id. */
export async function createPerson(adminUrl: string, { email, password }: Person): Promise<string> {
  const http = createHttpClient({ cookies: false });
  const json = { schema_id: 'person', traits: { email }, credentials: { password: { config: { password } } } };
  const answer = await http.post(`${adminUrl}/admin/identities`, { json });
  http.close();
  if (answer.status !== 201) throw new Error(`cannot create ${email}: ${answer.status} ${answer.text}`);
  return readText(answer.json, 'id');
}

/** Every item of a list that goes page by page. */
export async function listAll(url: string): Promise<readonly unknown[]> {
  const http = createHttpClient({ cookies: false });
  const items: unknown[] = [];
  for (let next: string | undefined = url; next !== undefined;) {
    const { json, status, text, headers } = await http.get(next);
    if (!Array.isArray(json)) throw new Error(`${next}: ${status} ${text}`);
    items.push(...json);
    const path = /<([^>]+)>; rel="next"/.exec(String(headers.link ?? ''))?.[1];
    next = path === undefined ? undefined : new URL(path, url).href;
  }
  http.close();
  return items;
}
