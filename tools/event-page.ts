import { COMMON, EVENTS, type EventName } from '../src/event/catalogue.ts';
import type { Members } from '../src/event/member.ts';
import { schemaOf } from '../src/event/schema.ts';
import { isObject, type Json } from '../src/kernel/json.ts';

/** docs/reference/events.md, and the JSON Schema of all events beside it, by file name; made from the table of events. */
export function eventPages(): ReadonlyMap<string, string> {
  return new Map([
    ['events.md', page()],
    ['events.schema.json', `${JSON.stringify(whole(), undefined, 2)}\n`],
  ]);
}

const names = Object.keys(EVENTS) as readonly EventName[]; // the keys of the table

const whole = () => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Security events of Sallyport',
  oneOf: names.map((name) => schemaOf(name)),
});

function page(): string {
  return [
    INTRODUCTION,
    '<!-- prettier-ignore-start -->',
    '## Members of all',
    tableOf(COMMON),
    '## Events',
    ...names.flatMap((name) => {
      const { when, nature, version, members } = EVENTS[name];
      const told = { accomplished: 'after the commit', refused: 'at once, bounded', noted: 'at once' }[nature];
      return [`### \`${name}\``, `${when} Version ${version}; told ${told}.`, ...ownTable(members)];
    }),
    '<!-- prettier-ignore-end -->\n',
  ].join('\n\n');
}

const ownTable = (members: Members): readonly string[] => (Object.keys(members).length === 0 ? [] : [tableOf(members)]);

const tableOf = (members: Members): string =>
  [
    '| member | value | meaning |',
    '|---|---|---|',
    ...Object.entries(members).map(
      ([name, { schema, optional }]) =>
        `| \`${name}\`${optional ? ' (may be absent)' : ''} | ${valueOf(schema)} | ${String(schema['description'] ?? '')} |`,
    ),
  ].join('\n');

function valueOf(schema: Json): string {
  if (!isObject(schema)) return '';
  const { enum: words, type, format, items } = schema;
  if (Array.isArray(words)) return words.map((each) => `\`${String(each)}\``).join(', ');
  if (type === 'array') return `a list: ${valueOf(items ?? null)}`;
  return format === undefined ? String(type) : String(format);
}

const INTRODUCTION = `# Security events

Made from \`src/event/catalogue.ts\` by \`npm run docs\`; do not edit. [events.schema.json](events.schema.json) has the same as
JSON Schema.

Sallyport writes one line for each security event among the lines of its log, on stderr: with \`log.format: json\` one JSON object
each, with \`level\` \`info\`, \`logger\` \`security\` and \`msg\`, the name once more. \`log.level\` does not silence them,
\`log.events: false\` does.

- One act is one event: a registration that signs its person in is one line, with its session. What an administrator's request
  changes of an account is told beside the request itself (\`admin.write\`), because one request can change several things.
- What was accomplished is told after its commit, and never for a transaction that was undone. What was refused is told at once, at
  most 20 times a minute for one event and network; when the minute is over, one more line, the newest of those left out, says in
  \`suppressed\` how many they were.
- The id of an account stands in clear. An identifier never does: \`identifier_hash\` is HMAC-SHA-256, cut to 16 bytes, of its
  canonical form, under a key derived from the first of \`secrets.default\`, else of \`secrets.cookie\`. After a rotation the key id
  in it is another one, and lines join only within one.
- No line holds a secret, a query string or a body. Texts have at most 255 characters.
- \`version\` is raised when a member goes or changes its type, not when one is added: readers must pass by members that they do not
  know.

[Watch sign-ins](../guide/security-events.md) has a filter for fail2ban and a pipeline for a SIEM.`;
