import { registerHooks } from 'node:module';

const OWN_MODULES: ReadonlyMap<string, string> = new Map([
  ['sallyport/plugin', 'plugin'],
  ['sallyport/plugin/test', 'testing/hook-test'],
]);

/**
 * From now on `sallyport/plugin` means this very server, from wherever it is imported; so a hook in a folder of its own
 * needs no installation. Called once by main; calling the answer undoes it.
 */
export function resolvePluginImports(here: string = import.meta.url): () => void {
  const ending = here.endsWith('.ts') ? 'ts' : 'js';
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const own = OWN_MODULES.get(specifier);
      if (own !== undefined) return { url: new URL(`../${own}.${ending}`, here).href, shortCircuit: true };
      const resolved = nextResolve(specifier, context);
      // A hook beside a configuration file has no package.json that would say so, and Node would warn of having guessed.
      const guessed = context.parentURL === LOADER && resolved.url.endsWith('.ts');
      return guessed ? { ...resolved, format: 'module-typescript' } : resolved;
    },
  });
  return () => hooks.deregister();
}

/** The file whose `import()` loads hooks. */
const LOADER = new URL(import.meta.url.endsWith('.ts') ? './import-hook.ts' : './import-hook.js', import.meta.url).href;
