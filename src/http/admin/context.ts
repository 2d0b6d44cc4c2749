import type { Context } from 'koa';
import type { Config } from '../../config/config.ts';
import type { OutboxReads } from '../../courier/message.ts';
import type { Requester } from '../../engine/contract.ts';
import type { Engine } from '../../engine/engine.ts';
import type { SecurityEvents } from '../../event/security-events.ts';
import type { Factors } from '../../identity/credentials.ts';
import type { IdentityReads, IdentityWrites } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { SessionReads, SessionWrites } from '../../session/session.ts';
import type { CredentialWire } from '../../identity/credential-wire.ts';
import type { PageTokens } from '../page-token.ts';
import type { Passwords } from './import.ts';

/** The repositories that operators read and change. */
export interface AdminStore {
  readonly identities: IdentityReads;
  readonly sessions: SessionReads;
  readonly outbox: Pick<OutboxReads, 'find' | 'list'>;
  /** Commits all that `work` wrote, or nothing; may run it again. */
  transaction<T>(
    work: (unit: { readonly identities: IdentityWrites; readonly sessions: SessionWrites }) => Promise<T>,
  ): Promise<T>;
}

/** Everything that the routes of the admin API use; made once by the composition. */
export interface AdminContext {
  readonly config: Config;
  readonly store: AdminStore;
  readonly engine: Pick<Engine, 'handOutRecovery' | 'acceptsReturnTo'>;
  readonly schemas: IdentitySchemas;
  /** What credentials prove. */
  readonly factors: Factors;
  readonly clock: Clock;
  readonly random: Random;
  /** Hashing of passwords that operators import. */
  readonly passwords: Passwords;
  /** What methods say of their credentials in the form of the wire. */
  readonly wires: readonly CredentialWire[];
  readonly pageTokens: PageTokens;
  readonly version: string;
  /** As `revision` says, or the hash of the configuration. */
  readonly revision: string;
  readonly events: SecurityEvents;
  requester(ctx: Context): Promise<Requester>;
  /** The JSON of an error, for an entry of a batch. */
  errorJson(error: unknown, ctx: Context): Readonly<Record<string, unknown>>;
  /** Reports an error that no answer carries whole. */
  report(error: unknown, where: { readonly flow: string; readonly state: string }): void;
  /** Decrypts a stored token of a provider; empty for a text that cannot be decrypted. Undefined: no providers. */
  readonly openProviderToken: ((sealed: string, about: string) => string) | undefined;
}
