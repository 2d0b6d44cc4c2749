import { randomBytes } from 'node:crypto';
import { loadArgon2 } from '../src/strategy/password/argon2.ts';
import { createHttpClient, read, readText } from '../test/support/http-client.ts';

/** The defaults of Sallyport, and of everything measured here. */
export const HASHING = { memory: 19_456, iterations: 2, parallelism: 1, keyLength: 32, salt: randomBytes(16) } as const;

export const PASSWORD = 'clouds over the harbour';

export const hashOnce = async (password: string): Promise<string> => (await loadArgon2()).hash(password, HASHING);

export const emailOf = (person: number): string => `person-${person}@bench.test`;

/** Imports people who all have the same password; the hash is made once. */
export async function createPeople(adminUrl: string, count: number): Promise<void> {
  const http = createHttpClient({ cookies: false });
  const hashed = await hashOnce(PASSWORD);
  for (let person = 0; person < count; person += 1) {
    const answer = await http.post(`${adminUrl}/admin/identities`, {
      json: {
        schema_id: 'person',
        traits: { email: emailOf(person) },
        credentials: { password: { config: { hashed_password: hashed } } },
      },
    });
    if (answer.status !== 201) throw new Error(`cannot import ${emailOf(person)}: ${answer.status} ${answer.text}`);
  }
  http.close();
}

/** Signs one of them in, as an app does, and gives the session token. */
export async function tokenOf(publicUrl: string, person: number): Promise<string> {
  const http = createHttpClient({ cookies: false });
  const flow = await http.get(`${publicUrl}/self-service/login/api`);
  const { pathname, search } = new URL(readText(flow.json, 'ui.action'));
  const answer = await http.post(`${publicUrl}${pathname}${search}`, {
    json: { method: 'password', identifier: emailOf(person), password: PASSWORD },
  });
  http.close();
  const token = read(answer.json, 'session_token');
  if (typeof token !== 'string') throw new Error(`no session: ${answer.status} ${answer.text}`);
  return token;
}
