import { bodyField } from '../../kernel/body.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import { decode, textOf } from '../decode.ts';
import type { Attempt, Body, AttemptContext, Values } from '../strategy.ts';
import { saysNoTime, shortfallOf, type Asked, type Shortfall } from './answer-check.ts';
import type { Learned } from './client.ts';
import type { OidcParts, Provider } from './provider.ts';
import { sentenceOf, Trouble, troubleOf } from './provider-error.ts';
import type { ProviderResult } from './provider-profile.ts';

/** Ten minutes: what a provider's answer has to come within (security OI-1). */
const ANSWER_WITHIN = 10 * 60_000;

/** The parameters a client may hand on; everything else stays here (security OI-10). */
const HANDED_ON = ['hd', 'prompt', 'auth_type', 'acr_values'] as const;
const FIELDS = [
  { name: 'id_token', type: 'string' },
  { name: 'id_token_nonce', type: 'string' },
  ...HANDED_ON.map((name) => ({ name: `upstream_parameters.${name}`, type: 'string' }) as const),
] as const;

/** What the vault keeps under `away`. */
interface Trip {
  readonly provider: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Milliseconds. */
  readonly until: number;
  readonly typed: JsonObject;
  /** Absent in entries of earlier versions. */
  readonly asked?: Asked;
}

export interface Departure {
  readonly typed: JsonObject;
  /** What the page shows when the person comes back. */
  readonly values: Values;
}

/** Sends the browser to a provider: the machine waits on `away`, what must be remembered is in the vault. */
export async function depart(
  { sealState, privilegedAge, report }: OidcParts,
  provider: Provider,
  body: Body,
  at: AttemptContext,
  { typed, values }: Departure,
): Promise<Attempt> {
  if (at.type === 'api' && !at.byCode)
    return reject(
      'An app signs in here with an id_token, or begins its flow with return_session_token_exchange_code=true.',
    );
  if (at.refresh && provider.preset.protocol !== 'oidc' && !provider.entry.trustRefresh)
    return fallShort(saysNoTime(provider), provider, report);
  const decoded = decode(body, FIELDS);
  const asked = isObject(decoded['upstream_parameters']) ? decoded['upstream_parameters'] : {};
  const parameters = Object.fromEntries(
    HANDED_ON.flatMap((name) => (typeof asked[name] === 'string' ? [[name, asked[name]]] : [])),
  );
  try {
    const again = at.refresh ? { maxAge: privilegedAge } : undefined;
    const { url, kept } = await provider.client.begin(sealState(at.flowId), { again, parameters });
    const until = at.now + ANSWER_WITHIN;
    const trip: Trip = { ...kept, provider: provider.id, until, typed, asked: parameters };
    return {
      kind: 'challenge',
      page: 'away',
      draft: undefined,
      values,
      messages: [],
      writes: { providerUrl: url, vault: { kind: 'away', value: trip as unknown as Json } }, // plain JSON by its type
    };
  } catch (error) {
    return refuse(troubleOf(error, `${provider.id} begin`), provider, report, values);
  }
}

/** Takes a provider's answer, which `body` carries as the callback's query; or says why it is none. */
export async function arrive(
  { providers, report }: OidcParts,
  body: Body,
  at: AttemptContext,
): Promise<ProviderResult | Rejected> {
  const trip = parseTrip(at.vault);
  const provider = trip && providers.get(trip.provider);
  const query = bodyField(body, 'query') ?? '';
  if (trip === undefined || provider === undefined || trip.until <= at.now)
    return reject('This sign-in took too long, or was completed before. Please try again.');
  try {
    const learned = await provider.client.redeem(query, trip);
    return (
      judged(provider, learned, trip.asked ?? {}, at, report) ?? {
        ...learned,
        provider: provider.id,
        typed: trip.typed,
      }
    );
  } catch (error) {
    return refuse(troubleOf(error, `${provider.id} callback`), provider, report, {});
  }
}

/** An ID token that a native app got from the provider by itself; undefined: the body carries none. */
export async function accept(
  { report }: OidcParts,
  provider: Provider,
  body: Body,
  at: AttemptContext,
  typed: JsonObject,
): Promise<ProviderResult | Rejected | undefined> {
  const decoded = decode(body, FIELDS);
  const token = textOf(decoded, 'id_token');
  if (token === undefined || token === '') return undefined;
  if (at.type !== 'api' || provider.preset.nativeIdToken !== true)
    return reject(`ID tokens of ${provider.label} are not taken here.`);
  const nonce = textOf(decoded, 'id_token_nonce');
  if (nonce === undefined || nonce === '')
    return { kind: 'reject', values: {}, messages: [say(4000002, { property: 'id_token_nonce' }, 'id_token_nonce')] };
  try {
    const learned = await provider.client.accept(token, nonce);
    return judged(provider, learned, {}, at, report) ?? { ...learned, provider: provider.id, typed };
  } catch (error) {
    return refuse(troubleOf(error, `${provider.id} id_token`), provider, report, {});
  }
}

type Rejected = Extract<Attempt, { kind: 'reject' }>;

/** The refusal of an answer that does not say what was asked; undefined: it does. */
function judged(
  provider: Provider,
  learned: Learned,
  asked: Asked,
  at: AttemptContext,
  report: OidcParts['report'],
): Rejected | undefined {
  const shortfall = shortfallOf(provider, learned, asked, at);
  return shortfall && fallShort(shortfall, provider, report);
}

function fallShort(shortfall: Shortfall, { id }: Provider, report: OidcParts['report']): Rejected {
  if (shortfall.report !== undefined) report(new Trouble('untrusted', shortfall.report), id);
  return reject(shortfall.reason);
}

function refuse(trouble: Trouble, provider: Provider, report: OidcParts['report'], values: Values): Rejected {
  if (trouble.kind !== 'cancelled') report(trouble, provider.id);
  return { ...reject(sentenceOf(trouble.kind, provider.label)), values };
}

export function reject(reason: string): Rejected {
  return { kind: 'reject', values: {}, messages: [say(4000001, { reason })] };
}

/** True when the vault's entry waits for this state at this provider; the state is compared by its digest. */
export function awaits(
  value: Json | undefined,
  same: (a: string, b: string) => boolean,
  answer: { readonly state: string; readonly provider: string | undefined; readonly now: number },
): boolean {
  const trip = parseTrip(value);
  if (trip === undefined || trip.until <= answer.now) return false;
  return same(trip.state, answer.state) && (answer.provider === undefined || answer.provider === trip.provider);
}

function parseTrip(value: Json | undefined): Trip | undefined {
  // Sealed by us; another version may have written it.
  return isObject(value) && typeof value['state'] === 'string' && isObject(value['typed'])
    ? (value as unknown as Trip)
    : undefined;
}
