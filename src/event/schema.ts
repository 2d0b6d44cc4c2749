import type { JsonObject } from '../kernel/json.ts';
import { COMMON, EVENTS, type EventName } from './catalogue.ts';
import type { Members } from './member.ts';

/** The JSON Schema (2020-12) of an event. More members may come with a later release, so it allows others. */
export function schemaOf(name: EventName): JsonObject {
  const { version, when, members } = EVENTS[name];
  const all: Members = { ...COMMON, ...members };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: name,
    description: when,
    type: 'object',
    properties: {
      ...Object.fromEntries(Object.entries(all).map(([member, { schema }]) => [member, schema])),
      event: { const: name },
      version: { const: version },
    },
    required: Object.entries(all).flatMap(([member, { optional }]) => (optional ? [] : [member])),
  };
}
