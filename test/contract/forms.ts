import { type Asked, askedBy } from '../support/asked.ts';
import { read } from '../support/http-client.ts';

/** What the forms that were shown ask for, by the id of their flow. */
export interface Forms {
  /** Takes note of a form, if this is one. */
  look(json: unknown): void;
  of(flow: string): Asked;
}

export function createForms(): Forms {
  const shown = new Map<string, Asked>();
  return {
    look(json) {
      const id = read(json, 'id');
      if (typeof id === 'string' && read(json, 'ui') !== undefined) shown.set(id, askedBy(json));
    },
    of(flow) {
      const form = shown.get(flow);
      if (form === undefined) throw new Error(`The form of the flow ${flow} was not shown.`);
      return form;
    },
  };
}
