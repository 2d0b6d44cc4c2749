import type { Config, MethodSettings } from '../config/config.ts';
import type { Factors } from '../identity/credentials.ts';
import type { Credential } from '../identity/identity.ts';
import type { CredentialRules, Method } from './method.ts';

interface Rule {
  readonly credential: CredentialRules<MethodSettings>;
  readonly settings: MethodSettings;
  /** The method proves an address by a message. */
  readonly provesAddress: boolean;
}

/** What credentials prove under this configuration: the sum of what each method says of its own. */
export function createFactors(methods: readonly Method[], config: Config): Factors {
  const rules = methods.flatMap(({ name, credential, provesAddress = false }): readonly Rule[] => {
    const settings = config.methods[name];
    return credential === undefined || settings === undefined ? [] : [{ credential, settings, provesAddress }];
  });
  const some = (credentials: readonly Credential[], holds: (rule: Rule, credential: Credential) => boolean): boolean =>
    credentials.some((each) => rules.some((rule) => rule.credential.type === each.type && holds(rule, each)));
  const firstFactors = (credentials: readonly Credential[]): number =>
    rules.reduce((sum, { credential: { type, ...rule }, settings }) => {
      const own = credentials.find((each) => each.type === type);
      return sum + (rule.first?.(own, settings) ?? 0);
    }, 0);
  return {
    firstFactors,
    availableAal(credentials) {
      if (some(credentials, (rule, each) => rule.credential.second?.(each, rule.settings) === true)) return 'aal2';
      return firstFactors(credentials) > 0 ? 'aal1' : 'aal0';
    },
    mayHaveMoved: (stored) => {
      const switches = rules.filter(({ credential }) => credential.switchedOn !== undefined);
      if (switches.length === 0) return false;
      return switches.some(({ credential, settings }) => credential.switchedOn?.(settings)) !== (stored === 'aal2');
    },
    outlivesMail: (credentials) =>
      some(credentials, (rule, each) => !rule.provesAddress && rule.credential.second?.(each, rule.settings) === true),
    addsToMail: (credentials) =>
      some(
        credentials,
        ({ credential, settings, provesAddress }, each) =>
          credential.second?.(each, settings) === true && (credential.addsToMail?.(each) ?? !provesAddress),
      ),
    isMailed: (type) => methods.some((method) => method.credential?.type === type && method.provesAddress === true),
    remains: (credentials) =>
      some(credentials, (rule, each) => rule.credential.remains?.(each, rule.settings) === true),
    shown: (owned) =>
      rules.reduce((sum, { credential, settings }) => {
        const identifiers = owned[credential.type];
        return sum + (identifiers === undefined ? 0 : (credential.shown?.(identifiers, settings) ?? 0));
      }, 0),
  };
}
