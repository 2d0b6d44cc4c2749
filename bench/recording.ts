// Sallyport as a library, on a store that writes the journal down or does not: what recording costs is the difference.
// No setting leaves the journal out. Started by `stage.ts`; says by message when it listens.
import process from 'node:process';
import { createSallyport } from '../src/app/build-app.ts';
import { readConfiguration } from '../src/app/configuration.ts';
import { resolvePluginImports } from '../src/hook/plugin-imports.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { formatIssue } from '../src/kernel/issue.ts';
import { systemRandom } from '../src/secret/random.ts';
import { createStore } from '../src/store/knex/create-store.ts';
import type { Store, Unit } from '../src/store/store.ts';

const [file = '', how] = process.argv.slice(2);
resolvePluginImports();
const { configuration, errors } = await readConfiguration({
  files: [file],
  env: {},
  cwd: process.cwd(),
  command: 'serve',
  dev: false,
});
if (configuration === undefined) throw new Error(errors.map(formatIssue).join('\n'));
const { dsn } = configuration.config;
const log = { info: () => undefined, warn: (message: string) => console.error(message) };
const store = await createStore(dsn, { clock: systemClock, random: systemRandom, log });
const app = await createSallyport({ files: [file] }, { store: how === 'recorded' ? store : unrecorded(store) });
await app.listen();
process.send?.({ listens: true });
// The parent process has ended.
process.once('disconnect', () => process.exit(0));

function unrecorded(inner: Store): Store {
  return { ...inner, transaction: (work) => inner.transaction((unit) => work(withoutRecord(unit))) };
}

function withoutRecord(unit: Unit): Unit {
  return { ...unit, flows: { ...unit.flows, record: () => Promise.resolve() } };
}
