import type { Bent } from './possessions.ts';
import type { Stage, Traits } from './stage.ts';

/** What had happened when a recording began, and between two of its exchanges, that it does not show. */
export interface Scene {
  readonly before?: (stage: Stage) => Promise<void>;
  readonly at?: Readonly<Record<number, (stage: Stage) => Promise<void> | void>>;
  /** Its recording uses sessions and forms that it did not show: they come about when they are needed. */
  readonly gaps?: boolean;
  /** The identifier of the person whose those sessions are. */
  readonly who?: string;
  /** The query with which a form was opened that the recording sends and did not show. */
  readonly opened?: Readonly<Record<number, string>>;
  /** What is wrong with the answer of a key in an exchange. */
  readonly bends?: Readonly<Record<number, Bent>>;
}

export function somebody(name: string, traits: Omit<Traits, 'mail'> = {}): Scene {
  return {
    who: mail(name),
    async before(stage) {
      await stage.person({ mail: mail(name), ...traits });
    },
  };
}

export const mail = (name: string): string => `${name}@shop.example`;

/** A code that is not this one. */
export const other = (code: string): string => `${code.slice(0, 5)}${(Number(code.at(-1)) + 1) % 10}`;
