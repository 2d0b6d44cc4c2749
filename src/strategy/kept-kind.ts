import type { MethodName } from '../config/config.ts';

/** The kind of the vault entry in which a flow keeps what a strategy shows on its page (`Strategy.keeps`). */
export const keptKind = (method: MethodName): string => `kept:${method}`;
