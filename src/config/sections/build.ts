import { findPath, type Folders } from '../source/content.ts';
import type { Config, HookList } from '../config.ts';
import { readAllSecrets } from './all-secrets.ts';
import { chooseDsn } from './choose-dsn.ts';
import { readClients } from './clients.ts';
import { readCookies } from './cookies.ts';
import { readCourier } from './courier-settings.ts';
import { readFeatureFlags } from './read-feature-flags.ts';
import { readFlows, readReturnUrls } from './flow-settings.ts';
import { readHashers } from './hashers.ts';
import { readIdentity } from './identity-schemas.ts';
import { readLimits } from './limits.ts';
import { readListeners } from './listeners.ts';
import type { LoadContext } from './load-context.ts';
import { readLog } from './log.ts';
import { methodsWithLists, type NamedSection } from '../method-section.ts';
import { readSession } from './session-settings.ts';
import type { TypedValues } from './typed-values.ts';
import { warnOfSurprises } from './warn-of-surprises.ts';

export interface Parts extends Pick<Config, 'methods' | 'notOffered'> {
  readonly sections: readonly NamedSection[];
  readonly lists: readonly HookList[];
}

/** Makes the configuration from the checked values, and reports what is wrong between keys. */
export function buildConfig(
  values: TypedValues,
  { methods, sections, notOffered, lists }: Parts,
  context: LoadContext,
): Config {
  const serve = readListeners(values, context);
  const { baseUrl } = serve.public;
  const { cookies, session } = readCookies(values, context, baseUrl);
  const config: Config = {
    dev: context.dev,
    files: context.files,
    folder: context.folder,
    folders: context.folders,
    dialect: context.origin.dialect,
    dsn: chooseDsn(values, context),
    serve,
    ...readReturnUrls(values, baseUrl, context),
    flows: readFlows(values, baseUrl, { methods, sections }, context),
    methods,
    listOwners: listOwnersOf(sections),
    notOffered,
    identity: readIdentity(values, context),
    secrets: readAllSecrets(values, context),
    hashers: readHashers(values, context),
    session: readSession(values, context, session),
    cookies,
    courier: readCourier(values, context, baseUrl),
    clients: readClients(values, context),
    enumerationMitigation: values.flag('security.account_enumeration.mitigate'),
    limits: readLimits(values),
    journal: { keep: values.number('journal.keep'), sample: values.number('journal.sample') },
    log: readLog(values, context),
    featureFlags: readFeatureFlags(values),
    revision: values.maybeText('revision'),
    watchCourier: values.flag('watch-courier'),
    exposeMetricsPort: values.number('expose-metrics-port'),
    plugins: readPlugins(values, context.folders),
    lists,
  };
  warnOfSurprises(config, values, context);
  return config;
}

/** Paths, made absolute, and packages. */
function readPlugins(values: TypedValues, folders: Folders): Config['plugins'] {
  return (values.find('plugins')?.items ?? []).flatMap((item) => {
    if (!('value' in item) || typeof item.value !== 'string') return [];
    const name = /^\.{0,2}\//.test(item.value) ? findPath(item.value, folders) : item.value;
    return [{ name, place: item.at.place }];
  });
}

const listOwnersOf = (sections: readonly NamedSection[]): Config['listOwners'] => ({
  login: methodsWithLists(sections, 'login'),
  registration: methodsWithLists(sections, 'registration'),
  settings: methodsWithLists(sections, 'settings'),
  recovery: [],
  verification: [],
  logout: [],
});
