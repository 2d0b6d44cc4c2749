import { setTimeout as delay } from 'node:timers/promises';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import type { FlowPath } from '../../analysis/paths.ts';
import type { Person } from './test-person.ts';
import type { Mail } from './requests.ts';
import { createVisitor, type Reply, type Visitor } from './http-client.ts';

/** The server under test. */
export interface Driven {
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly schemaId: string;
  /** Milliseconds. */
  readonly privilegedSessionMaxAge: number;
}

export interface Begun {
  readonly id: string;
  readonly csrf: string;
}

export interface Opened {
  readonly reply: Reply;
  /** The code or link that an administrator was given. */
  readonly mail?: Mail;
}

/** How a person begins a flow, by the opening of its machine. */
const WAYS: ReadonlyMap<string, string> = new Map([
  ['open', ''],
  ['open.refresh', '?refresh=true'],
  ['open.second', '?aal=aal2'],
]);

/** The request with which a person opens a flow of this kind; undefined: only the server opens it. */
export async function open(
  { publicUrl }: Driven,
  visitor: Visitor,
  kind: string,
  way: string,
  more = '',
): Promise<Opened | undefined> {
  const query = WAYS.get(way);
  if (query === undefined) return undefined;
  return { reply: await visitor.get(`${publicUrl}/self-service/${kind}/browser${query}${more}`) };
}

/** Has the server open a flow of this kind for a person; undefined: the server never does. */
export async function openSent(
  drive: Driven,
  visitor: Visitor,
  path: FlowPath,
  self: Person,
): Promise<Opened | undefined> {
  if (path.flow === 'recovery') return await openByAdministrator(drive, visitor, path, self);
  return path.flow === 'verification' ? await openByRegistration(drive, visitor, path, self) : undefined;
}

/** Has the admin API make a recovery code or link, whichever the path needs. */
async function openByAdministrator(
  drive: Driven,
  visitor: Visitor,
  path: FlowPath,
  self: Person,
): Promise<Opened | undefined> {
  const what = path.steps.some(({ events }) => events.includes('accept.link')) ? 'link' : 'code';
  const identity_id = await createIdentity(drive, self);
  const { json } = await createVisitor().post(`${drive.adminUrl}/admin/recovery/${what}`, { identity_id });
  const link = URL.parse(textIn(json, 'recovery_link') ?? '');
  const flow = link?.searchParams.get('flow');
  if (typeof flow !== 'string' || link === null) return undefined;
  return { reply: await flowOf(drive, visitor, path.flow, flow), mail: { code: textIn(json, 'recovery_code'), link } };
}

/** Registers a person, who is mailed a verification code or link. */
async function openByRegistration(
  drive: Driven,
  visitor: Visitor,
  path: FlowPath,
  self: Person,
): Promise<Opened | undefined> {
  const { publicUrl } = drive;
  const flow = flowIn((await visitor.get(`${publicUrl}/self-service/registration/browser`)).json);
  if (flow === undefined) return undefined;
  const { traits, password } = self;
  const body = { method: 'password', traits, password, csrf_token: flow.csrf };
  await visitor.post(`${publicUrl}/self-service/registration?flow=${flow.id}`, body);
  const begun = (await mailTo(drive, self))?.link?.searchParams.get('flow');
  return typeof begun === 'string' ? { reply: await flowOf(drive, visitor, path.flow, begun) } : undefined;
}

export const flowOf = ({ publicUrl }: Driven, visitor: Visitor, kind: string, id: string): Promise<Reply> =>
  visitor.get(`${publicUrl}/self-service/${kind}/flows?id=${id}`);

/** The longest wait until a session is no longer privileged; milliseconds. */
const MOST_WAITED = 5_000;
export const TOO_LONG = 'it needs a sign-in longer ago than privileged_session_max_age, which is waited for up to 5 s';

/** Waits until the sessions of now are no longer privileged; false: that takes too long, or never happens. */
export async function outlast({ privilegedSessionMaxAge: age }: Driven): Promise<boolean> {
  if (age <= 0 || age > MOST_WAITED) return false;
  await delay(age + 50);
  return true;
}

/** The newest mail to an address; undefined: there is none, or the server does not show mails (it does with `--dev`). */
export async function mailTo({ adminUrl }: Driven, { identifier }: Person): Promise<Mail | undefined> {
  const query = new URLSearchParams({ recipient: identifier, page_size: '1' });
  const { json } = await createVisitor().get(`${adminUrl}/admin/courier/messages?${query.toString()}`);
  const [newest] = Array.isArray(json) ? (json as readonly unknown[]) : [];
  if (!isObject(newest) || typeof newest['body'] !== 'string') return undefined;
  const [link] = /https?:\/\/[^\s"'<>]+[?&]flow=[^\s"'<>]+/.exec(newest['body']) ?? [];
  return {
    code: /\b\d{6}\b/.exec(newest['body'])?.[0],
    link: link === undefined ? undefined : new URL(link.replaceAll('&amp;', '&')),
  };
}

/** Creates an identity through the admin API and returns its id. */
export async function createIdentity({ adminUrl, schemaId }: Driven, { traits, password }: Person): Promise<string> {
  const answer = await createVisitor().post(`${adminUrl}/admin/identities`, {
    schema_id: schemaId,
    traits,
    credentials: { password: { config: { password } } },
  });
  if (answer.status !== 201)
    throw new Error(`No identity could be made: ${answer.status} ${JSON.stringify(answer.json)}`);
  return textIn(answer.json, 'id') ?? '';
}

function textIn(json: unknown, name: string): string | undefined {
  const found = isObject(json) ? json[name] : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** Signs in; whether the client has a session now. */
export async function signIn({ publicUrl }: Driven, visitor: Visitor, self: Person, query = ''): Promise<boolean> {
  const flow = flowIn((await visitor.get(`${publicUrl}/self-service/login/browser${query}`)).json);
  if (flow === undefined) return false;
  const post = (body: JsonObject): Promise<Reply> =>
    visitor.post(`${publicUrl}/self-service/login?flow=${flow.id}`, { ...body, csrf_token: flow.csrf });
  const { identifier, password } = self;
  await post({ method: 'password', identifier, password });
  return (await visitor.get(`${publicUrl}/sessions/whoami`)).status === 200;
}

/** Id and CSRF token of a flow as the wire shows it. */
export function flowIn(json: unknown): Begun | undefined {
  if (!isObject(json) || typeof json['id'] !== 'string' || !isObject(json['ui'])) return undefined;
  const { nodes } = json['ui'];
  const token = (Array.isArray(nodes) ? nodes : []).find(
    (node: unknown) => isObject(node) && isObject(node['attributes']) && node['attributes']['name'] === 'csrf_token',
  ) as { readonly attributes: JsonObject } | undefined; // the condition above
  return { id: json['id'], csrf: String(token?.attributes['value'] ?? '') };
}

/** A mailed link shows a form, which uses the link. */
export async function pressed(publicUrl: string, visitor: Visitor, { pathname, search }: URL): Promise<Reply> {
  const shown = await visitor.get(`${publicUrl}${pathname}${search}`);
  const ui = isObject(shown.json) ? shown.json['ui'] : undefined;
  if (!isObject(ui) || !Array.isArray(ui['nodes'])) return shown;
  const inputs = (ui['nodes'] as readonly unknown[]).flatMap((node) =>
    isObject(node) && isObject(node['attributes']) ? [node['attributes']] : [],
  );
  const sent = inputs.filter(({ type, name }) => type === 'hidden' || name === 'method');
  return await visitor.post(
    `${publicUrl}${pathname}`,
    Object.fromEntries(sent.map(({ name, value }) => [String(name), value])),
  );
}
