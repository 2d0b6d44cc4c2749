import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { expect } from 'vitest';
import { COMMON, EVENTS, type EventName } from '../../src/event/catalogue.ts';
import { schemaOf } from '../../src/event/schema.ts';

const ajv = new Ajv2020({ allErrors: true });
ajvFormats.default(ajv);

/** What the log adds to an event. */
const OF_THE_LOG = ['level', 'logger', 'msg'];

/** The security events among the lines of a log in JSON. */
export const eventsIn = (log: string): readonly Readonly<Record<string, unknown>>[] =>
  log
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes('"logger":"security"'))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

/** The event is as its schema says, and has no member that the table does not know. */
export function expectInCatalogue(event: Readonly<Record<string, unknown>>): void {
  const name = Object.keys(EVENTS).find((each): each is EventName => each === event['event']);
  if (name === undefined) throw new Error(`The table has no ${String(event['event'])}.`);
  expect(ajv.validate(schemaOf(name), event), ajv.errorsText()).toBe(true);
  const members = [...Object.keys({ ...COMMON, ...EVENTS[name].members }), ...OF_THE_LOG];
  expect(Object.keys(event).filter((each) => !members.includes(each))).toEqual([]);
}
