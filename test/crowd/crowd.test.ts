import { describe, expect, test } from 'vitest';
import { listAll } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { databases } from '../support/databases.ts';
import { read } from '../support/http-client.ts';
import { say } from '../support/say.ts';
import { startServer } from '../support/server.ts';
import { runCrowd } from './crowd.ts';

const PEOPLE = 64;
const MILLISECONDS = 20_000;
/** Real hashes keep the processors busy, so that the line for them grows; cheap ones keep the database busy. */
const HASHES = {
  'hashes as in production': BASIC_CONFIG.replace(/^hashers: .*\n/m, ''),
  'cheap hashes': BASIC_CONFIG,
};

describe.each(databases)('$name', ({ provide }) => {
  test.each(Object.entries(HASHES))(
    `${PEOPLE} people who register and sign in over and over are all told the truth (%s)`,
    async (_name, config) => {
      const database = await provide();
      const server = await startServer({ config: `${database.config}${config}`, files: BASIC_FILES });
      const { publicUrl, adminUrl } = server;
      const told = await runCrowd({ publicUrl, people: PEOPLE, milliseconds: MILLISECONDS });

      expect(told.wrong).toEqual([]);
      expect(told.registered.length).toBeGreaterThan(0);
      const identities = await listAll(`${adminUrl}/admin/identities?page_size=500`);
      const addresses = identities.map((identity) => String(read(identity, 'traits.email')).toLowerCase());
      expect(addresses.toSorted()).toEqual(told.registered.toSorted());
      expect(new Set(addresses).size).toBe(addresses.length);
      const sessions = await listAll(`${adminUrl}/admin/sessions?page_size=500`);
      expect(sessions.map((session) => String(read(session, 'id'))).toSorted()).toEqual(told.sessions.toSorted());
      expect(server.log()).not.toMatch(/"level":"(error|fatal)"/);
      say(
        `${told.registered.length} registered, ${told.sessions.length} sessions, ${told.later} times told to come later`,
      );

      expect(await server.stop()).toBe(0);
      await database.drop();
    },
    180_000,
  );
});
