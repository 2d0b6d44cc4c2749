import type { Clock } from '../../kernel/clock.ts';
import type { FlowId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Random } from '../../kernel/random.ts';
import { createErrorFlows } from './error-flows.ts';

/** An error that waits for its page. Times in milliseconds. */
export interface StoredError {
  readonly id: string;
  /** The error object of the JSON answer, and nothing more. */
  readonly error: JsonObject;
  /** Where the person starts again. */
  readonly again?: string | undefined;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** What is kept with an error, beside what its answer says. */
export interface ErrorAbout {
  readonly flow: FlowId | undefined;
  readonly again: string | undefined;
}

/** Errors that browsers are redirected to a page for; each is kept for ten minutes. */
export interface StoredErrors {
  put(error: JsonObject, about: ErrorAbout): Promise<StoredError>;
  /** Undefined for an error that does not exist or has expired. */
  find(id: string): Promise<StoredError | undefined>;
  /** The flow of an error that this process stored; always undefined unless under `dev`. */
  flowOf(id: string): FlowId | undefined;
}

export interface StoredErrorsParts {
  readonly rows: {
    put(error: StoredError): Promise<void>;
    find(id: string): Promise<StoredError | undefined>;
  };
  readonly clock: Clock;
  readonly random: Pick<Random, 'uuid'>;
  readonly dev: boolean;
}

/** Ten minutes (security ER-3). */
const KEPT_FOR = 10 * 60_000;

export function createStoredErrors({ rows, clock, random, dev }: StoredErrorsParts): StoredErrors {
  const flows = dev ? createErrorFlows() : undefined;
  return {
    async put(error, { flow, again }) {
      const now = clock.now();
      const stored = { id: random.uuid(), error, again, createdAt: now, expiresAt: now + KEPT_FOR };
      await rows.put(stored);
      if (flow !== undefined) flows?.remember(stored.id, flow);
      return stored;
    },
    async find(id) {
      const found = id === '' ? undefined : await rows.find(id);
      return found !== undefined && found.expiresAt > clock.now() ? found : undefined;
    },
    flowOf: (id) => flows?.find(id),
  };
}
