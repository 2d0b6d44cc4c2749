import type { MethodName } from '../config/config.ts';
import type { Identity } from '../identity/identity.ts';
import type { Json } from '../kernel/json.ts';
import { draftOf } from './draft.ts';
import type { Attempt } from './strategy.ts';

/**
 * Puts a change aside, whatever it says, until its person has proved themselves again: the strategy gets `asked` back as
 * `vault` of an attempt that is `returned` (docs/decisions/0003).
 */
export const putAside = (name: MethodName, identity: Identity, asked: Json): Attempt => ({
  kind: 'hold',
  draft: draftOf(identity),
  writes: { vault: { kind: `held:${name}`, value: asked } },
});
