import { isObject, type Json, type JsonObject } from '../kernel/json.ts';

/** Fractions of any length, and offsets of any form; without an offset the time is UTC. */
const TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(?:Z|([+-]\d\d):?(\d\d)?)?$/;

/** A time as databases write it, in epoch milliseconds: what is finer is cut off, so that nothing ends later. */
export function timeIn(text: string | null | undefined): number | undefined {
  const parts = TIME.exec(text ?? '');
  if (parts === null) return undefined;
  const [, day, time, fraction = '', hours, minutes = '00'] = parts;
  const offset = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const at = Date.parse(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`);
  return Number.isNaN(at) ? undefined : at;
}

/** Databases write true and false in their own words. */
export const isTrue = (text: string | null | undefined): boolean => text === '1' || text === 'true' || text === 't';

/** JSON of a column; null where there is none. Throws for what is no JSON. */
export const jsonIn = (text: string | null | undefined): Json =>
  text === null || text === undefined ? null : (JSON.parse(text) as Json); // JSON.parse makes nothing else

/** An object of a column; empty for everything else. */
export function objectIn(text: string | null | undefined): JsonObject {
  const value = jsonIn(text);
  return isObject(value) ? value : {};
}

/** True when a text of JSON has a whole number that a number of JavaScript does not hold exactly. */
export function losesDigits(text: string | null | undefined): boolean {
  if (text === null || text === undefined || !/\d{16}/.test(text)) return false;
  let lost = false;
  JSON.parse(text, (_key: string, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source ?? '';
    if (typeof value === 'number' && /^-?\d+$/.test(source)) lost ||= BigInt(source) !== BigInt(value);
    return value;
  });
  return lost;
}
