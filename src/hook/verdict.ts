import type { Draft } from '../kernel/draft.ts';
import { parseFlowId } from '../kernel/id.ts';
import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import type { ReturnUrl } from '../kernel/return-url.ts';
import { VERDICT_KINDS, type ContinueWith, type Phase, type Verdict } from '../kernel/verdict.ts';

/** What an answer is read against. */
export interface Reading {
  readonly phase: Phase;
  /** What the hook declares that it can answer in this phase. */
  readonly kinds: readonly Verdict['kind'][];
  /** The draft the hook was shown a view of. */
  readonly draft: Draft | undefined;
  /** The URL if a person may be sent there. */
  readonly trusted: (url: string) => ReturnUrl | undefined;
}

/** Says in a sentence what a hook answered that it may not. */
export class InvalidVerdict extends Error {
  override readonly name = 'InvalidVerdict';
}

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_DEPTH = 32;
const MAX_CHARACTERS = 65_536;
const MAX_MESSAGES = 32;
const MAX_TEXT = 4_096;

/** A hook's answer as data: documented members only, copied by name into fresh objects. Throws `InvalidVerdict`. */
export function parseVerdict(answer: unknown, reading: Reading): Verdict {
  if (!isObject(answer))
    throw new InvalidVerdict(`It answered ${answer === undefined ? 'nothing' : typeof answer}, not a verdict.`);
  const kind = kindOf(answer['kind'], reading);
  switch (kind) {
    case 'modify':
      return { kind, draft: parseDraft(answer['draft'], reading) };
    case 'redirect':
      return { kind, to: parseTarget(answer['to'], reading) };
    case 'fail':
      return { kind, messages: parseMessages(answer['messages']) };
    case 'divert':
      return { kind, to: parseTarget(answer['to'], reading), error: parseMessage(answer['error']) };
    default:
      return parseContinue(answer['offer'], reading);
  }
}

function kindOf(answered: unknown, { phase, kinds }: Reading): Verdict['kind'] {
  const written = typeof answered === 'string' ? JSON.stringify(answered.slice(0, 40)) : typeof answered;
  const allowed: readonly Verdict['kind'][] = VERDICT_KINDS[phase];
  const kind = allowed.find((each) => each === answered);
  if (kind === undefined)
    throw new InvalidVerdict(`It answered the kind ${written}; in ${phase} a hook may say ${allowed.join(', ')}.`);
  if (!kinds.includes(kind))
    throw new InvalidVerdict(`It answered the kind ${written}; for ${phase} it declares ${kinds.join(', ')} alone.`);
  return kind;
}

function parseContinue(offer: unknown, reading: Reading): Verdict {
  if (offer === undefined) return { kind: 'continue' };
  if (reading.phase === 'prepare')
    throw new InvalidVerdict('It made an offer in prepare, where nothing is stored yet.');
  if (!Array.isArray(offer) || offer.length > MAX_MESSAGES) throw new InvalidVerdict('Its offer is not a list.');
  return { kind: 'continue', offer: Array.from(offer, (item: unknown) => parseOffer(item, reading)) };
}

function parseOffer(item: unknown, reading: Reading): ContinueWith {
  if (!isObject(item)) throw new InvalidVerdict('It offered something that is not an object.');
  const { action, flow } = item;
  if (action === 'redirect_browser_to')
    return { action, redirect_browser_to: parseTarget(item['redirect_browser_to'], reading) };
  const id = isObject(flow) ? parseFlowId(flow['id']) : undefined;
  if (!isObject(flow) || id === undefined) throw new InvalidVerdict('It offered a flow without an id.');
  const at = flow['url'];
  const url = at === undefined || at === null ? {} : { url: parseTarget(at, reading) };
  if (action === 'show_verification_ui') {
    const address = flow['verifiable_address'];
    if (typeof address !== 'string' || address.length > 320)
      throw new InvalidVerdict('It offered a verification without its address.');
    return { action, flow: { id, verifiable_address: address, ...url } };
  }
  if (action === 'show_settings_ui' || action === 'show_recovery_ui') return { action, flow: { id, ...url } };
  throw new InvalidVerdict('It offered an action that a hook may not offer.');
}

function parseTarget(to: unknown, { trusted }: Reading): ReturnUrl {
  const url = typeof to === 'string' ? trusted(to) : undefined;
  if (url === undefined) {
    throw new InvalidVerdict(
      'It named a target that is neither a URL of its configuration, nor from reach.returnUrl, nor on the allow list.',
    );
  }
  return url;
}

/** Ids and version are ours: the same, or left out. A hook may vouch for more addresses, and take none back. */
function parseDraft(modified: unknown, { draft }: Reading): Draft {
  const identity = isObject(modified) ? modified['identity'] : undefined;
  if (draft === undefined) throw new InvalidVerdict('It modified a draft where there is none yet.');
  if (!isObject(modified) || !isObject(identity)) throw new InvalidVerdict('Its modified draft has no identity.');
  const own = draft.identity;
  const { id, version, proved, schemaId = own.schemaId, state = own.state } = identity;
  const session = modified['session'];
  const same =
    (id === undefined || id === own.id) &&
    (version === undefined || version === own.version) &&
    (proved === undefined || Array.isArray(proved)) &&
    (session === undefined || (isObject(session) && session['id'] === draft.session?.id));
  if (!same) throw new InvalidVerdict('It changed an id or the version of the draft.');
  if (typeof schemaId !== 'string' || schemaId === '' || schemaId.length > 200)
    throw new InvalidVerdict('Its draft names no schema.');
  if (state !== 'active' && state !== 'inactive')
    throw new InvalidVerdict('The state in its draft is neither active nor inactive.');
  const adminNotes = identity['metadataAdmin'];
  const made: Draft = {
    identity: {
      id: own.id,
      schemaId,
      state,
      traits: parseJsonObject(identity['traits'], 'traits'),
      metadataPublic:
        'metadataPublic' in identity
          ? parseJson(identity['metadataPublic'] ?? null, 'metadataPublic')
          : own.metadataPublic,
      // Hooks are shown null: unless they write something of their own, what is there stays.
      metadataAdmin:
        adminNotes === undefined || adminNotes === null ? own.metadataAdmin : parseJson(adminNotes, 'metadataAdmin'),
      ...externalIdOf(identity, own),
      proved: parseProved(proved, own.proved),
      version: own.version,
    },
    session: draft.session,
  };
  if (JSON.stringify(made).length > MAX_CHARACTERS)
    throw new InvalidVerdict(`Its draft has more than ${MAX_CHARACTERS} characters.`);
  return made;
}

function externalIdOf(
  identity: Record<string, unknown>,
  own: Draft['identity'],
): Pick<Draft['identity'], 'externalId'> {
  if (!('externalId' in identity)) return own.externalId === undefined ? {} : { externalId: own.externalId };
  const { externalId } = identity;
  if (externalId === undefined) return {};
  if (externalId !== null && (typeof externalId !== 'string' || externalId === '' || externalId.length > 255))
    throw new InvalidVerdict('The external id in its draft is neither a short text nor null.');
  return { externalId };
}

function parseProved(proved: unknown, own: Draft['identity']['proved']): Draft['identity']['proved'] {
  if (proved === undefined) return own;
  const list: readonly unknown[] = Array.isArray(proved) ? proved : [];
  const read = list.map((each) => {
    const { via, value } = isObject(each) ? each : {};
    if ((via !== 'email' && via !== 'sms') || typeof value !== 'string' || value === '' || value.length > 320)
      throw new InvalidVerdict('A proved address in its draft is not { via, value }.');
    return { via, value } as const;
  });
  const kept = own.every(({ via, value }) => read.some((each) => each.via === via && each.value === value));
  if (!kept) throw new InvalidVerdict('It took back an address that was proved on the way.');
  return read;
}

function parseMessages(messages: unknown): readonly Message[] {
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > MAX_MESSAGES) {
    throw new InvalidVerdict(`It refused without messages, or with more than ${MAX_MESSAGES}.`);
  }
  return Array.from(messages, parseMessage);
}

function parseMessage(message: unknown): Message {
  if (!isObject(message)) throw new InvalidVerdict('A message of it is not an object.');
  const { id, text, type = 'error', context, at } = message;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1)
    throw new InvalidVerdict('A message of it has no number as its id.');
  if (typeof text !== 'string' || text === '' || text.length > MAX_TEXT)
    throw new InvalidVerdict('A message of it has no text, or too much.');
  if (type !== 'info' && type !== 'error' && type !== 'success')
    throw new InvalidVerdict('A message of it is neither info, error nor success.');
  if (at !== undefined && (typeof at !== 'string' || at.length > 200))
    throw new InvalidVerdict('A message of it belongs to no node.');
  return {
    id,
    text,
    type,
    ...(context !== undefined && { context: parseJsonObject(context, 'context') }),
    ...(at !== undefined && { at }),
  };
}

function parseJsonObject(value: unknown, what: string): JsonObject {
  const json = parseJson(value, what);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new InvalidVerdict(`Its ${what} is not an object.`);
  // What is left of Json is JsonObject; Array.isArray does not narrow readonly lists.
  return json as JsonObject;
}

/** A copy that is nothing but JSON. Throws `InvalidVerdict` for keys that could reach a prototype, and for what is no data. */
export function parseJson(value: unknown, what: string, depth = 0): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (depth > MAX_DEPTH) throw new InvalidVerdict(`Its ${what} is nested more than ${MAX_DEPTH} deep.`);
  if (Array.isArray(value)) return Array.from(value, (each: unknown) => parseJson(each ?? null, what, depth + 1));
  if (!isObject(value) || !isPlain(value)) throw new InvalidVerdict(`Its ${what} holds something that is not JSON.`);
  const copy: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw new InvalidVerdict(`Its ${what} has the key ${key}.`);
    const part = value[key];
    if (part !== undefined) copy[key] = parseJson(part, what, depth + 1);
  }
  return copy;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
