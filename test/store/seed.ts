import type { Store } from '../../src/store/store.ts';
import { NOW, random } from './engines.ts';
import { address, credential, flow, identity, journal, message, secret, session, tokenHash } from './samples.ts';

const BATCH = 500;

/** People with what comes with them, so that plans are made for tables as they really are. */
export async function seed(store: Store, people: number): Promise<void> {
  for (let from = 0; from < people; from += BATCH) {
    await store.transaction(async (unit) => {
      for (let i = from; i < Math.min(people, from + BATCH); i++) {
        const email = `person${i}.${random.uuid()}@example.org`;
        const person = identity({ externalId: random.uuid(), verifiableAddresses: [address(email)] });
        const at = NOW - i * 1_000;
        const row = flow({ expiresAt: NOW + i * 1_000, followDue: i % 50 === 0 ? NOW + i : undefined });
        await unit.identities.insert(person, [credential([email])]);
        const made = session(person, { issuedAt: at, expiresAt: at + 86_400_000, active: i % 20 !== 0 });
        await unit.sessions.insert(made, tokenHash(email), { version: 1 }, undefined);
        await unit.flows.insert(row);
        await unit.secrets.put(secret(row));
        await unit.flows.record(journal(row, { keepUntil: NOW + i * 1_000 }));
        const status = i % 10 === 0 ? 'queued' : 'sent';
        await unit.outbox.put(message({ recipient: email, createdAt: at, updatedAt: at, status }));
      }
    });
  }
}
