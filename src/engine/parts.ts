import type { Config } from '../config/config.ts';
import type { Mail, OutboxMessage } from '../courier/message.ts';
import type { FlowKind, FlowRow } from '../flow/flow.ts';
import type { Bound } from '../hook/bound-hook.ts';
import type { Caller } from '../hook/call.ts';
import type { Outside } from '../hook/define.ts';
import type { Identity } from '../identity/identity.ts';
import type { IdentitySchemas } from '../identity/schema.ts';
import type { SecurityEvents } from '../event/security-events.ts';
import type { Clock } from '../kernel/clock.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Random } from '../kernel/random.ts';
import type { Limits } from '../limit/budgets.ts';
import type { WaitingNetworks } from '../limit/waiting-networks.ts';
import type { AccountNotices } from '../store/account-notices.ts';
import type { Store } from '../store/store.ts';
import type { Strategies } from '../strategy/create-strategies.ts';
import type { Mailing } from '../strategy/mailing.ts';
import type { Methods } from '../strategy/registry.ts';
import type { Strategy } from '../strategy/strategy.ts';
import type { JournalBacklog } from './journal/journal-backlog.ts';
import type { CompiledFlow } from './machine/compiled-flow.ts';

/** Everything that running a flow needs. Made once by the composition, and seen by the engine alone. */
export interface Runner {
  readonly config: Config;
  /** Those of the configuration in force: every flow that is opened begins on one of them. */
  readonly flows: ReadonlyMap<FlowKind, CompiledFlow>;
  /** The machine that a stored flow goes on with. */
  machineOf(row: Pick<FlowRow, 'kind' | 'shape' | 'followDue'>): CompiledFlow;
  /** The methods under this configuration. */
  readonly methods: Methods;
  /** In the order in which they are asked whether a submit is theirs. */
  readonly strategies: ReadonlyMap<FlowKind, readonly Strategy[]>;
  /** Store steps that methods bring, by the name of the state. */
  readonly storeSteps: Strategies['storeSteps'];
  /** The methods that prove an address by a message. */
  readonly challenges: Strategies['challenges'];
  /** What methods change on pages that others draw. */
  readonly pageChange: Strategies['page'];
  readonly store: Store;
  readonly schemas: IdentitySchemas;
  readonly hooks: Caller;
  readonly bound: Bound;
  /** The world outside, for hooks. */
  readonly outside: Pick<Outside, 'fetch' | 'log'>;
  readonly limits: Limits;
  /** Who waits for the last password tries of an account. */
  readonly waiting: WaitingNetworks;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
  readonly mailing: Mailing;
  /** Subject and body of a mail, rendered when it is queued. */
  render(mail: Mail): OutboxMessage;
  /** Journal rows that could not be written when they were due. */
  readonly backlog: JournalBacklog;
  readonly events: SecurityEvents;
  readonly notices: AccountNotices;
  /** Tells the courier that there is work; called after a commit. */
  nudge(): void;
  /** Reports an error that no answer can carry: to the log, to metrics. */
  report(error: unknown, where: { readonly flow: string; readonly state: string }): void;
  publicIdentity(identity: Identity): JsonObject;
}

/** What the prepare phase may use: it reads and counts tries, and can write nothing else. */
export type PrepareParts = Omit<Runner, 'store' | 'backlog' | 'nudge'> & {
  readonly store: Pick<Store, 'identities' | 'sessions' | 'secrets' | 'vault'>;
};

/** What the steps inside the transaction may use: no network, and no store but the open transaction. */
export type WriteParts = Pick<
  Runner,
  | 'config'
  | 'flows'
  | 'machineOf'
  | 'methods'
  | 'strategies'
  | 'storeSteps'
  | 'challenges'
  | 'pageChange'
  | 'schemas'
  | 'hooks'
  | 'bound'
  | 'clock'
  | 'random'
  | 'sealing'
  | 'mailing'
  | 'render'
  | 'events'
  | 'publicIdentity'
>;

/** What the follow phase may use: the network, and no store. */
export type FollowParts = ViewParts & Pick<Runner, 'hooks' | 'outside' | 'report' | 'clock' | 'random' | 'events'>;

/** What drawing a flow needs. */
export type ViewParts = Pick<
  Runner,
  | 'config'
  | 'flows'
  | 'machineOf'
  | 'methods'
  | 'strategies'
  | 'pageChange'
  | 'schemas'
  | 'bound'
  | 'publicIdentity'
  | 'clock'
>;

/** Digests of one-time secrets, and the encryption of what the vault stores. */
export interface Sealing {
  hashToken(token: string): string;
  /** The code an app gets when it opens a flow: derived from the flow's id and the first secret, stored nowhere. */
  initCode(flow: string): string;
  /** The same code under every configured secret. */
  initCodes(flow: string): readonly string[];
  sealVault(text: string, about: string): string;
  openVault(box: string, about: string): string | undefined;
}
