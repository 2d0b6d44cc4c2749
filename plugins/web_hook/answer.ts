import { UpstreamError } from 'sallyport/plugin';
import type { Continue, Draft, DraftIdentity, Facts, Fail, JsonObject, Message, Modify } from 'sallyport/plugin';
import { blocks, type WebHook } from './config.ts';
import { drop } from './follow.ts';

const CONTINUE: Continue = { kind: 'continue' };
/** The most messages a hook may return. */
const MOST_MESSAGES = 32;
const LONGEST_TEXT = 4_096;

/**
 * The verdict for a response. Throws `UpstreamError` for a response that has none: what says nothing is never consent
 * (security AD-6).
 */
export async function judge(config: WebHook, response: Response, facts: Facts): Promise<Continue | Modify | Fail> {
  const { status } = response;
  if (status < 400) return await agreed(config, response, facts);
  if (!blocks(config) || status >= 500 || status === 429) throw new UpstreamError(`It answered ${status}.`);
  const messages = messagesIn(await readJson(response));
  return { kind: 'fail', messages: messages.length > 0 ? messages : [REFUSED] };
}

/** For a refusal that says nothing a person could read: a status of the 400 class means no, whatever comes with it. */
const REFUSED: Message = {
  id: 4000001,
  text: 'This was refused. Please try again later, or ask for help.',
  type: 'error',
  context: { reason: 'This was refused. Please try again later, or ask for help.' },
};

/** What a status below 400 says: with `parse` its body, else that somebody answered who knows hooks. */
async function agreed(config: WebHook, response: Response, facts: Facts): Promise<Continue | Modify> {
  const { status, headers } = response;
  const parses = config.response?.parse === true;
  if (status < 200 || status > 204 || (parses && status === 203)) {
    await drop(response);
    throw new UpstreamError(`It answered ${status}, which is no answer of a hook.`);
  }
  if (!parses) {
    await drop(response);
    if (blocks(config) && /^\s*text\/html\b/i.test(headers.get('content-type') ?? ''))
      throw new UpstreamError(`It answered ${status} with a page for people.`);
    return CONTINUE;
  }
  const text = await readText(response);
  return text?.trim() === '' ? CONTINUE : changed(parsed(text), status, facts);
}

/** Undefined for an empty body, or one that is not JSON. */
async function readJson(response: Response): Promise<unknown> {
  return parsed(await readText(response));
}

/** Undefined for bytes that are no UTF-8: another character in their place would be stored. */
async function readText(response: Response): Promise<string | undefined> {
  const bytes = await response.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // it is judged as any other answer that is no JSON
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{ messages: [{ instance_ptr, messages: [{ id, text, type, context }] }] }` */
function messagesIn(answer: unknown): readonly Message[] {
  const groups: readonly unknown[] = isObject(answer) && Array.isArray(answer['messages']) ? answer['messages'] : [];
  const found = groups.filter(isObject).flatMap(({ instance_ptr: pointer, messages }) => {
    const at = nodeAt(pointer);
    const list: readonly unknown[] = Array.isArray(messages) ? messages : [];
    return list.flatMap((each) => messageOf(each, at) ?? []);
  });
  return found.slice(0, MOST_MESSAGES);
}

function messageOf(each: unknown, at: string | undefined): Message | undefined {
  const { id, text, type, context } = isObject(each) ? each : {};
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1 || typeof text !== 'string' || text === '')
    return undefined;
  return {
    id,
    text: text.slice(0, LONGEST_TEXT),
    type: type === 'error' ? 'error' : 'info',
    // What came as JSON is JSON.
    ...(isObject(context) && { context: context as JsonObject }),
    ...(at !== undefined && { at }),
  };
}

/** `#/traits/email` to the node `traits.email`; the whole form for `#/` and nothing (RFC 6901). */
function nodeAt(pointer: unknown): string | undefined {
  if (typeof pointer !== 'string') return undefined;
  const parts = pointer.replace(/^#/, '').split('/').filter(Boolean);
  const name = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).join('.');
  return name === '' || name.length > 200 ? undefined : name;
}

/** The draft with the changes of the response, at points where an identity is stored afterwards. */
function changed(answer: unknown, status: number, { draft, point }: Facts): Continue | Modify {
  if (!isObject(answer))
    throw new UpstreamError(`It answered ${status} without a JSON object; 204 says that nothing changes.`);
  const { identity } = answer;
  if (!isObject(identity) || draft === undefined) return CONTINUE;
  if (point !== 'registration.after' && point !== 'settings.after') return CONTINUE;
  return { kind: 'modify', draft: { identity: withChanges(draft.identity, identity), session: draft.session } };
}

function withChanges(own: DraftIdentity, told: Record<string, unknown>): Draft['identity'] {
  const { traits, schema_id: schemaId, state, metadata_public: open, metadata_admin: admin } = told;
  const { verifiable_addresses: addresses, external_id: externalId } = told;
  const vouched = (Array.isArray(addresses) ? addresses : [])
    .filter(isObject)
    .flatMap(({ via, value, verified }) =>
      verified === true && (via === 'email' || via === 'sms') && typeof value === 'string'
        ? [{ via, value } as const]
        : [],
    );
  const known = vouched.filter(
    (each) => !own.proved.some(({ via, value }) => via === each.via && value === each.value),
  );
  // What came as JSON is JSON; the server reads all of it again.
  return {
    ...own,
    ...(isObject(traits) && Object.keys(traits).length > 0 && { traits: traits as JsonObject }),
    ...(typeof schemaId === 'string' && schemaId !== '' && { schemaId }),
    ...((state === 'active' || state === 'inactive') && { state }),
    ...(open !== undefined && open !== null && { metadataPublic: open as JsonObject }),
    ...(admin !== undefined && admin !== null && { metadataAdmin: admin as JsonObject }),
    ...('external_id' in told && {
      externalId: typeof externalId === 'string' && externalId !== '' ? externalId : null,
    }),
    proved: [...own.proved, ...known],
  };
}
