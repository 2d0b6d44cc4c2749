import { registerHooks } from 'node:module';

// node --import …/preload.ts src/main.ts …: the program gets its store from create-store.ts beside this file.
const PLAIN = new URL('../../src/store/knex/create-store.ts', import.meta.url).href;
const UNDONE = new URL('./create-store.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    return resolved.url === PLAIN && context.parentURL !== UNDONE ? { ...resolved, url: UNDONE } : resolved;
  },
});
