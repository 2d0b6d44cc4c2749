import { knownDevice } from '../kernel/device-name.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import { moment, say } from '../kernel/messages.ts';
import type { Identity } from './identity.ts';

/** When and from where an account was made, for somebody who may not have made it. */
export const madeContext = ({ createdAt, madeFrom }: Pick<Identity, 'createdAt' | 'madeFrom'>): JsonObject => ({
  ...moment('created_at', createdAt),
  device: knownDevice(madeFrom) ?? 'an unknown device',
});

/** The same as a message. */
export const madeMessage = (identity: Pick<Identity, 'createdAt' | 'madeFrom'>): Message =>
  say(1900002, madeContext(identity));
