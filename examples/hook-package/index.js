import { defineHook, z } from 'sallyport/plugin';

/** Published packages are JavaScript: Node strips types everywhere but in node_modules. */
// oxlint-disable-next-line import/no-default-export -- the server takes a hook by its default export
export default defineHook({
  name: 'note_method',
  at: { 'registration.after': 'write' },
  timeoutMs: 500,
  config: z.strictObject({ key: z.string().min(1).default('registered_with') }),
  run: {
    async write({ flow }, { key }, { notes }) {
      await notes.set(key, { method: flow.method ?? 'unknown' });
      return { kind: 'continue' };
    },
  },
});
