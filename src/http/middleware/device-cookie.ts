import type { Context } from 'koa';
import type { CookieSettings } from '../../config/config.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import {
  parseDeviceMemory,
  REMEMBERED,
  withSignIn,
  writeDeviceMemory,
  type DeviceMemory,
} from '../../session/device-memory.ts';
import { createSealedCookie, type Keyring } from './sealed-cookie.ts';

export interface DeviceCookie {
  /** What the browser brings along: of each cookie that was sealed here, for this name and origin. */
  read(ctx: Context): readonly DeviceMemory[];
  /**
   * Notes a sign-in to the account; `second`: one that showed a second factor. Where the browser has sent several cookies of the
   * name, the others end.
   */
  remember(ctx: Context, identity: Pick<Identity, 'id' | 'devicesSince'>, second?: boolean): void;
}

export interface DeviceCookieDependencies {
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
  /** Of the session cookie, whose attributes this one has. */
  readonly session: CookieSettings & { readonly name: string };
  /** The public base URL: the cookie of one environment is invalid in another. */
  readonly baseUrl: string;
}

const MAX_BYTES = 4_096;
/** Cookies of the name that are opened; a browser sends more than one only if somebody planted them. */
const MOST = 8;

/** `limits.devices` is off: nobody is told apart from strangers. */
export const NO_DEVICE_COOKIE: DeviceCookie = { read: () => [], remember: () => undefined };

/** The encrypted cookie by which an account knows a browser again after the session has ended (security BF-11). */
export function createDeviceCookie({
  keyring,
  clock,
  random,
  session,
  baseUrl,
}: DeviceCookieDependencies): DeviceCookie {
  const cookie = createSealedCookie({
    keyring,
    what: 'device cookie',
    name: `${session.name}_device`,
    settings: session,
    baseUrl,
    maxBytes: MAX_BYTES,
  });
  const read = (ctx: Context): readonly DeviceMemory[] =>
    cookie.read(ctx, MOST).flatMap((content) => parseDeviceMemory(content) ?? []);
  return {
    read,
    remember(ctx, identity, second = false) {
      const now = clock.now();
      const newDevice = (): string => random.bytes(16).toString('base64url');
      const memory = withSignIn(read(ctx), identity, { now, second, newDevice });
      cookie.set(ctx, writeDeviceMemory(memory), { expires: now + REMEMBERED, maxAge: REMEMBERED / 1_000 });
      cookie.endOthers(ctx);
    },
  };
}
