import type { MethodName } from '../config/config.ts';
import type { Values } from './strategy.ts';

/**
 * Whether the page after the identifier offers a way to sign in: one that the person has, where the page before may tell; else
 * every one, so that nobody learns who has an account.
 */
export function isOffered({ ways }: Values, method: MethodName): boolean {
  return !Array.isArray(ways) || ways.includes(method);
}

/** What the page before the ways leaves of them. */
export const withWays = (ways: readonly MethodName[] | undefined): Values => (ways === undefined ? {} : { ways });
