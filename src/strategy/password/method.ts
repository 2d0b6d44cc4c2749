import os from 'node:os';
import type { Config } from '../../config/config.ts';
import type { Credential } from '../../identity/identity.ts';
import { defineMethod } from '../method.ts';
import type { MethodParts, PasswordImport } from '../method-parts.ts';
import { loadArgon2 } from './argon2.ts';
import { createBreaches } from './breaches.ts';
import { createHashLine, type HashLine } from './budget.ts';
import { createCommonList } from './common.ts';
import { contextWords } from './context-words.ts';
import { countHashes } from './count-hashes.ts';
import { createHasher, type Hasher } from './hasher.ts';
import { createPasswordLogin } from './login.ts';
import { lowerPoolPriority } from './lower-priority.ts';
import { measureHash } from './measure-hash.ts';
import { ADMINISTRATORS } from './place.ts';
import { createPolicy } from './policy.ts';
import { createRefusalGrid, type RefusalGrid } from './refusal-grid.ts';
import { createPasswordRegistration } from './registration.ts';
import { createPasswordSettings } from './settings.ts';
import { passwordSection } from './settings-section.ts';
import { sleepExactly } from './sleep-exactly.ts';

const TYPE = 'password';
/** The name of the product on its pages. */
const PRODUCT = 'Sallyport';

/** An identifier and a password: a first factor. */
export const password = defineMethod({
  name: 'password',
  section: passwordSection,
  group: 'password',
  order: { login: 60, credentials: 50, registration: 60, settings: 30 },
  sortedFields: ['password'],
  texts: { section: ['Password', 'Choose one that you use nowhere else.'], proof: 'password' },
  lanes: ({ settings }) => (settings.enabled ? { login: {}, registration: {}, settings: {} } : {}),
  credential: {
    type: TYPE,
    hinted: true,
    first: (credential) => (hasPassword(credential) ? 1 : 0),
    remains: (credential, { enabled }) => enabled && hasPassword(credential),
    shown: (_identifiers, { enabled }) => (enabled ? 1 : 0),
  },
  identifiedBy: (extension) => extension.password,
  reviewed: [
    { key: 'config.min_password_length', of: ({ minLength }) => minLength, better: 'more' },
    { key: 'config.haveibeenpwned_enabled', of: ({ breachCheck }) => breachCheck.enabled, better: 'more' },
    { key: 'config.identifier_similarity_check_enabled', of: ({ similarityCheck }) => similarityCheck, better: 'more' },
    { key: 'config.context_words', of: ({ contextWords: { length } }) => length, better: 'more' },
    { key: 'config.max_breaches', of: ({ breachCheck }) => breachCheck.max, better: 'less' },
  ],

  types({ kind, page, event, person: { identifier, traits, password: right } }) {
    const refused = event === 'strategy.reject';
    if (kind === 'login' && refused)
      return page === 'identifier' ? undefined : { identifier, password: 'not this one' };
    if (kind === 'registration' && refused) return page === 'traits' ? undefined : { traits, password: 'x' };
    if (kind === 'settings' && refused) return { password: 'x' };
    const accepted = event.startsWith('accept.');
    if (kind === 'settings')
      return accepted || event === 'challenge.held' ? { password: `${right}, again` } : undefined;
    if (!accepted) return undefined;
    return kind === 'login' ? { identifier, password: right } : { traits, password: right };
  },

  create(parts, { name, settings, config }) {
    const { schemas, identities, clock, random, log } = parts;
    void hashingLibrary(config).then((library) => log.info('passwords are hashed', { library }));
    const hasher = hasherOf(parts, config);
    const leadsOn = (): boolean => config.flows.recovery.enabled && parts.once(makeHashing).someNotTried;
    const policy = createPolicy({
      settings,
      algorithm: config.hashers.algorithm,
      words: contextWords(settings.contextWords, { product: PRODUCT, baseUrl: config.serve.public.baseUrl }),
      common: createCommonList(),
      breaches: createBreaches(settings.breachCheck.host),
    });
    return {
      passwords: importOf(hasher, parts),
      way: {
        async has(identifier) {
          const found = await identities.findByIdentifier(TYPE, identifier);
          return found !== undefined && hasPassword(found.credential);
        },
      },
      strategies: settings.enabled
        ? [
            createPasswordLogin({ name, schemas, identities, hasher, clock, random, leadsOn }),
            createPasswordRegistration({ name, schemas, hasher, policy, clock, random }),
            createPasswordSettings({ name, identities, hasher, policy }),
          ]
        : [],
    };
  },
});

/** The schema gives everybody an entry: one without a hash signs nobody in. */
function hasPassword(credential: Credential | undefined): boolean {
  const hash = credential?.config['hashed_password'];
  const named = credential?.identifiers.some((identifier) => identifier !== '') === true;
  return named && typeof hash === 'string' && hash !== '';
}

/** The package that makes new hashes. */
const hashingLibrary = async ({ hashers }: Config): Promise<string> =>
  hashers.algorithm === 'bcrypt' ? 'bcrypt' : (await loadArgon2()).library;

/** All hashes together may take a quarter of the memory, 256 MiB at most; KiB. */
const hashMemory = (): number => Math.min(256 * 1_024, os.totalmem() / 4 / 1_024);

const now = (): number => performance.now();

/** What a process has once, whatever configurations follow each other: the line of hashes, and when refusals are answered. */
interface Hashing {
  readonly line: HashLine;
  readonly grid: RefusalGrid;
  /** Hashes are stored that cost too much to be tried, when they were last counted. */
  someNotTried: boolean;
}

function makeHashing(processes: number): Hashing {
  const line = createHashLine({
    total: hashMemory() / processes,
    cores: Math.max(1, Math.floor(os.availableParallelism() / processes)),
    now,
    settle: lowerPoolPriority,
  });
  const grid = createRefusalGrid({ measure: (stored) => measureHash(line, stored), now, sleep: sleepExactly });
  return { line, grid, someNotTried: false };
}

function hasherOf({ once, random, identities, log }: MethodParts, { hashers }: Config): Hasher {
  const hashing = once(makeHashing);
  const { line, grid } = hashing;
  const hasher = createHasher({ settings: hashers, budget: line.budgetFor(hashers.argon2.memory), grid, random, now });
  const notTried = (people: number): void => {
    hashing.someNotTried = people > 0;
    if (people > 0)
      log.warn('stored password hashes cost too much to be tried: their people set a new password by recovery', {
        people,
      });
  };
  grid.countBy((note) => countHashes({ identities, tries: hasher.tries, notTried }, note));
  return hasher;
}

/** For the admin API. What is accepted is about to be stored. */
const importOf = ({ hash, read }: Hasher, { once }: MethodParts): PasswordImport => ({
  hash: (password) => hash(password, ADMINISTRATORS),
  accepts(text) {
    const stored = read(text);
    if (stored !== undefined) once(makeHashing).grid.note(stored);
    return stored !== undefined;
  },
});
