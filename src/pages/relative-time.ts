import { html, type Content, type Html } from './html.ts';

/** A time in RFC 3339 for people: "24 Nov 2025, 00:15 UTC"; empty for a text that is no time. */
export function moment(wire: string | undefined): Html | undefined {
  const at = wire === undefined ? Number.NaN : Date.parse(wire);
  if (wire === undefined || Number.isNaN(at)) return undefined;
  const text = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  }).format(at);
  return html`<time datetime="${wire}">${text} UTC</time>`;
}

const WRITTEN = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A text with its RFC 3339 times written for people. */
export const withMoments = (text: string): Content =>
  text.split(WRITTEN).map((part) => (WRITTEN.test(part) ? (moment(part) ?? part) : part));

/** The time of day to the second, for lists of recent events. */
export function clock(wire: string): Html {
  const text = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(wire));
  return html`<time datetime="${wire}">${text}</time>`;
}
