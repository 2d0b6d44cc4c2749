import { html, type Html } from './html.ts';

/** A moment of the wire (RFC 3339) for people: "24 Nov 2025, 00:15 UTC"; nothing for what is none. */
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

/** The same to the second and without the day, for lists of what has just happened. */
export function clock(wire: string): Html {
  const text = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(wire));
  return html`<time datetime="${wire}">${text}</time>`;
}
