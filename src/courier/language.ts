import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import { weightedList } from '../kernel/weighted-list.ts';

const TAG = /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,3}$/i;

/**
 * The languages a person reads, best first, each followed by its plainer forms (`de-at`, `de`): from the trait `locale`,
 * `language` or `lang`, then from the `Accept-Language` of the request that caused the message.
 */
export function languagesOf(data: JsonObject): readonly string[] {
  const { identity, traits, request_headers: headers } = data;
  const own = isObject(identity) && isObject(identity['traits']) ? identity['traits'] : traits;
  const written = isObject(own) ? [own['locale'], own['language'], own['lang']].filter(isTag).slice(0, 1) : [];
  const asked = isObject(headers) ? acceptedLanguages(headers['Accept-Language']) : [];
  const tags = [...written, ...asked].map((tag) => tag.toLowerCase().replaceAll('_', '-'));
  return [...new Set(tags.flatMap(plainer))];
}

const isTag = (value: Json | undefined): value is string => typeof value === 'string' && TAG.test(value);

function plainer(tag: string): readonly string[] {
  const parts = tag.split('-');
  return parts.map((_part, i) => parts.slice(0, parts.length - i).join('-'));
}

function acceptedLanguages(header: Json | undefined): readonly string[] {
  const [first] = Array.isArray(header) ? header : [header];
  if (typeof first !== 'string') return [];
  return weightedList(first.slice(0, 500))
    .filter(({ value }) => isTag(value))
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ value }) => value);
}
