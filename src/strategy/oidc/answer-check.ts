import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import type { AttemptContext } from '../strategy.ts';
import type { Learned } from './client.ts';
import type { Provider } from './provider.ts';

/** What a request asked of a provider beyond who somebody is: the parameters that a client handed on. */
export type Asked = Readonly<Record<string, string>>;

/** An answer that falls short of the question. `reason` is for the person, `report` for the operator. */
export interface Shortfall {
  readonly reason: string;
  readonly report?: string;
}

/** Parameters of `acr_values` that choose a sign-in page and come back in no token (Duende IdentityServer). */
const HINT = /^(?:idp|tenant):/;

/**
 * What is missing from an answer. A parameter of a request is a wish until the answer says that it was granted; a refresh
 * counts only with a time of authentication that is newer than its flow (security OI-18; OpenID Connect Core 3.1.2.1).
 */
export function shortfallOf(
  provider: Provider,
  learned: Learned,
  asked: Asked,
  at: Pick<AttemptContext, 'refresh' | 'begunAt'>,
): Shortfall | undefined {
  const { label } = provider;
  if (at.refresh && learned.authenticatedAt === undefined && !provider.entry.trustRefresh) return saysNoTime(provider);
  if ((at.refresh || words(asked['prompt']).includes('login')) && olderThan(learned, at.begunAt))
    return { reason: `${label} did not ask you to sign in again, so this does not count. Please use another way.` };
  if (!isOfDomain(learned, asked['hd'])) return { reason: 'Please use an account of the domain that was asked for.' };
  if (isOfClass(learned, asked['acr_values']) && isAsClaimed(learned, provider.entry.more['requested_claims']))
    return undefined;
  return {
    reason: `${label} did not check who you are in the way that was asked for. Please try again.`,
    report: `${provider.id} does not say what acr_values or requested_claims asked for`,
  };
}

/** The refusal of a refresh through a provider that does not tell when it asked somebody last. */
export const saysNoTime = ({ id, label }: Pick<Provider, 'id' | 'label'>): Shortfall => ({
  reason: `${label} does not say when you last signed in there, so it cannot confirm that this is you. Please use another way.`,
  report: `${id} sends no auth_time, so a refresh through it confirms nothing; trust_refresh: true would take its word`,
});

/** Seconds, because `auth_time` is in seconds. */
const olderThan = ({ authenticatedAt }: Learned, milliseconds: number): boolean =>
  authenticatedAt !== undefined && Math.floor(authenticatedAt / 1_000) < Math.floor(milliseconds / 1_000);

const words = (text = ''): readonly string[] => text.split(' ').filter((word) => word !== '');

/** `hd=*` asks for any company's account (Google, "OpenID Connect", hd). */
function isOfDomain({ claims }: Learned, asked: string | undefined): boolean {
  if (asked === undefined || asked === '') return true;
  return claims.hd !== undefined && (asked === '*' || claims.hd.toLowerCase() === asked.toLowerCase());
}

function isOfClass({ claims }: Learned, asked: string | undefined): boolean {
  const classes = words(asked).filter((value) => !HINT.test(value));
  return classes.length === 0 || (claims.acr !== undefined && classes.includes(claims.acr));
}

/**
 * What `requested_claims` calls essential with a value must have that value. An essential claim without one is no more than
 * an urgent wish (OpenID Connect Core 5.5.1), and what is missing of it a person may add.
 */
function isAsClaimed({ claims }: Learned, requested: unknown): boolean {
  if (!isObject(requested)) return true;
  return ['id_token', 'userinfo'].every((part) => {
    const wanted = requested[part];
    return (
      !isObject(wanted) || Object.entries(wanted).every(([name, wish]) => isGranted(claims.raw_claims, name, wish))
    );
  });
}

function isGranted(claims: JsonObject, name: string, wish: unknown): boolean {
  if (!isObject(wish) || wish['essential'] !== true) return true;
  const { value, values } = wish;
  const allowed = [...(value === undefined ? [] : [value]), ...(Array.isArray(values) ? values : [])];
  return allowed.length === 0 || allowed.some((each) => isEqual(claims[name], each));
}

/** Values of claims are compared as they are written. */
const isEqual = (found: Json | undefined, wanted: unknown): boolean =>
  found !== undefined && JSON.stringify(found) === JSON.stringify(wanted);
