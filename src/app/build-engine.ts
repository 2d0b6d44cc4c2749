import { renderMessage } from '../courier/outbox.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import { compileFlows } from '../engine/machine/compile-flows.ts';
import { createMachineOf } from '../engine/machine/machines.ts';
import type { Runner, Sealing } from '../engine/parts.ts';
import { openVault } from '../engine/store-steps/vault.ts';
import { allowedUrl } from '../engine/view/return-to.ts';
import type { FlowKind } from '../flow/flow.ts';
import { createCaller, type Caller } from '../hook/call.ts';
import type { CredentialWire } from '../identity/credential-wire.ts';
import { publicIdentity } from '../identity/json.ts';
import { must } from '../kernel/error.ts';
import type { Random } from '../kernel/random.ts';
import { createWaitingNetworks } from '../limit/waiting-networks.ts';
import { createLimits, type BudgetSettings, type Limits } from '../limit/budgets.ts';
import { KEY_KINDS } from '../limit/limit.ts';
import { hookFetch } from '../net/hook-fetch.ts';
import { createKeyring } from '../secret/keyring.ts';
import { hashToken, initCodes, keyedDigest, verifyDigests } from '../secret/token.ts';
import type { AccountNotices } from '../store/account-notices.ts';
import { createStrategies } from '../strategy/create-strategies.ts';
import { createMailing, type Mailing } from '../strategy/mailing.ts';
import type { PasswordImport, ProviderCallback } from '../strategy/method-parts.ts';
import { createAccountNotices } from './account-notices.ts';
import type { Configuration } from './configuration.ts';
import type { CompiledFlow } from '../engine/machine/compiled-flow.ts';
import { createOwnerMails } from './owner-mails.ts';
import type { ProcessParts } from './process-parts.ts';
import { logFault, reportTo } from './report.ts';

/** The engine, and the parts of it that other folders need on their own. */
export interface BuiltEngine {
  readonly engine: Engine;
  readonly machines: ReadonlyMap<FlowKind, CompiledFlow>;
  readonly passwords: PasswordImport;
  readonly wires: readonly CredentialWire[];
  readonly limits: Limits;
  /** Sign-in at providers; undefined where it is switched off. */
  readonly providers: ProviderCallback | undefined;
  readonly notices: AccountNotices;
  readonly report: Runner['report'];
}

/** Builds everything that runs flows, in order. */
export function buildEngine(configuration: Configuration, lent: ProcessParts): BuiltEngine {
  const { config, bound, schemas, methods, loaded } = configuration;
  const { store, counts, clock, random, log, once, backlog, events } = lent;
  const fetch = hookFetch(config);
  const hooks = buildHookCaller(configuration, lent);
  const mailing = buildMailing(configuration, random);
  const sealing = buildSealing(configuration);
  const strategies = createStrategies(methods, {
    once,
    config,
    loaded,
    schemas,
    identities: store.identities,
    secrets: store.secrets,
    clock,
    random,
    mailing,
    fetch,
    log,
    codeDigests: (purpose, code) => verifyDigests(config.secrets.cookie, purpose, code),
    hashToken,
    openVault: (flow, kind) => openVault({ sealing, clock }, store.vault, flow, kind),
  });
  const machines = compileFlows(configuration);
  const limits = buildLimits(configuration, { store, counts, clock, events });
  const messages = messageParts(configuration, lent);
  const mails = createOwnerMails({ config, clock, ...messages });
  const notices = createAccountNotices({ events, mails, clock, config });
  const report = reportTo(log);
  const engine = createEngine({
    config,
    flows: machines,
    machineOf: createMachineOf(machines, lent.former, bound),
    methods,
    strategies: strategies.byFlow,
    storeSteps: strategies.storeSteps,
    challenges: strategies.challenges,
    pageChange: strategies.page,
    store,
    schemas,
    hooks,
    bound,
    outside: { fetch, log: { info: log.info, warn: log.warn } },
    limits,
    waiting: createWaitingNetworks(clock, 2 * LAST_PASSWORD), // whoever comes when they were told to is still in line
    clock,
    random,
    sealing,
    mailing,
    ...messages,
    backlog,
    events,
    notices,
    report,
  });
  const { providers, wires } = strategies;
  const passwords = must(strategies.passwords, 'A method that hashes passwords');
  return { engine, machines, passwords, wires, limits, notices, providers, report };
}

/** What makes messages, and has them sent. */
function messageParts(
  { config, courier: { templates } }: Configuration,
  { clock, random, nudge }: Pick<ProcessParts, 'clock' | 'random' | 'nudge'>,
): Pick<Runner, 'render' | 'publicIdentity' | 'nudge'> {
  const publicUrl = config.serve.public.baseUrl;
  return {
    render: (mail) => renderMessage(mail, { templates, clock, random, publicUrl }),
    publicIdentity: (identity) => publicIdentity(identity, publicUrl),
    nudge,
  };
}

function buildLimits(
  configuration: Configuration,
  { store, counts, clock, events }: Pick<ProcessParts, 'store' | 'counts' | 'clock' | 'events'>,
): Limits {
  return createLimits({ store: store.limits, counts }, budgetsOf(configuration), clock, ({ budget }) =>
    events.refused('limit.reached', { budget: snakeCase(budget), key_kind: KEY_KINDS[budget] }),
  );
}

function buildHookCaller({ config }: Configuration, { log, hookScope }: ProcessParts): Caller {
  return createCaller({
    scope: hookScope,
    report: (fault) => logFault(log, fault, config.dev),
    allowed: (url) => allowedUrl(config, url),
  });
}

function buildMailing({ config }: Configuration, random: Random): Mailing {
  const publicUrl = config.serve.public.baseUrl;
  return createMailing({
    random,
    codeDigest: (purpose, code) => keyedDigest(config.secrets.cookie, purpose, code),
    hashToken,
    publicIdentity: (identity) => publicIdentity(identity, publicUrl),
    publicUrl,
  });
}

function buildSealing({ config: { secrets } }: Configuration): Sealing {
  const vault = createKeyring(secrets.cipher.length > 0 ? secrets.cipher : secrets.cookie, 'vault');
  return {
    hashToken,
    initCode: (flow) => must(initCodes(secrets.cookie, flow)[0], 'A secret for exchange codes'),
    initCodes: (flow) => initCodes(secrets.cookie, flow),
    sealVault: (text, about) => vault.seal(text, about),
    openVault: (box, about) => vault.open(box, about)?.toString('utf8'),
  };
}

/** Milliseconds between two password tries of an account whose sum is used up, where nothing else is offered. */
const LAST_PASSWORD = 15 * 60_000;

/** The configured rate limits, and those that follow from other settings. */
function budgetsOf({ config, methods }: Configuration): BudgetSettings {
  const { devices: _, ...limits } = config.limits;
  const budgets = {
    ...limits,
    codeSubmissions: limits.codeFailures,
    lastPasswords: { tries: 1, per: LAST_PASSWORD },
    strangerSendsEach: { tries: 1, per: limits.strangerSends.per },
    sendWarnings: { tries: 1, per: limits.sends.per },
    ...methods.budgets,
  };
  return { ...budgets, lastCodeSubmissions: { tries: 1, per: budgets.codeSubmissions.per } };
}

/** `password_failures`, as the configuration has it. */
const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
