import { parentPort } from 'node:worker_threads';
import { md5Crypt, shaCrypt } from './crypt.ts';
import { lowerOwnPriority } from './lower-priority.ts';

/** One hash of the crypt family, which JavaScript computes: on a thread of its own, beside the one that answers requests. */
export interface CryptOrder {
  readonly name: 'md5' | 'sha256' | 'sha512';
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly rounds: number;
}

lowerOwnPriority();

parentPort?.on('message', ({ name, password, salt, rounds }: CryptOrder) => {
  parentPort?.postMessage(name === 'md5' ? md5Crypt(password, salt) : shaCrypt(name, password, salt, rounds));
});
