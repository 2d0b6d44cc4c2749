import { PAGE } from '../../flow/page.ts';
import type { FlowKind, FlowRow } from '../../flow/flow.ts';
import { input, type FlowJson, type Node, type Ui, type WireMessage } from '../../flow/json.ts';
import type { Identity } from '../../identity/identity.ts';
import { must } from '../../kernel/error.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { IdentitySchema } from '../../identity/schema.ts';
import type { Strategy, View } from '../../strategy/strategy.ts';
import { destination, shownReturnTo } from './return-to.ts';
import { asksCredential, nodesBeside } from './asked-credential.ts';
import { inputOf, nameOf, oneOfEach } from './one-of-each.ts';
import { activeOf, drawsPage, hasPage, shownPage } from './shown-page.ts';
import { shownBy, sortNodes } from './node-order.ts';
import type { ViewParts } from '../parts.ts';
import type { Position } from '../machine/compiled-flow.ts';
import { thaw } from '../machine/snapshot.ts';

/** What only the request that fetches a flow knows. */
export interface Rendering {
  /** The masked CSRF token; empty for `api`. */
  readonly csrfToken: string;
  /** Whose flow it is, with the ways in they have: settings, refresh. */
  readonly identity: Identity | undefined;
  readonly owned: View['owned'];
  readonly credentials: View['credentials'];
  /** What the flow keeps for a strategy of this view. */
  readonly kept: (strategy: Strategy) => View['kept'];
  readonly begunByMessage: boolean;
  /** The code of a mailed link that was opened. */
  readonly prefilled: string | undefined;
}

/** A flow as clients see it, drawn anew from its row: nodes are never stored. */
export function render(
  runner: ViewParts,
  row: FlowRow,
  rendering: Rendering,
  at: Position = thaw(runner.machineOf(row), row),
): FlowJson {
  const returnTo = shownReturnTo(runner, row);
  const active = activeOf(runner, row, at);
  return {
    id: row.id,
    ...(row.kind === 'login' && { organization_id: null }),
    type: row.type,
    expires_at: new Date(row.expiresAt).toISOString(),
    issued_at: new Date(row.issuedAt).toISOString(),
    request_url: row.requestUrl,
    ...(returnTo !== undefined && { return_to: returnTo }),
    ...(active !== undefined && { active }),
    ui: uiOf(runner, row, at, rendering),
    ...membersOf(runner, row, rendering),
    state: at.wire,
  };
}

function membersOf(
  { publicIdentity }: ViewParts,
  row: FlowRow,
  { identity }: Rendering,
): Readonly<Record<string, unknown>> {
  const schema = row.schemaId === undefined ? {} : { identity_schema: row.schemaId };
  switch (row.kind) {
    case 'login':
      return {
        created_at: new Date(row.issuedAt).toISOString(),
        updated_at: new Date(row.updatedAt).toISOString(),
        refresh: row.refresh,
        requested_aal: row.requestedAal,
        ...schema,
      };
    case 'registration':
      return { organization_id: null, ...schema };
    case 'settings':
      return { identity: identity && publicIdentity(identity) };
    default:
      return {};
  }
}

/** What the strategies of a page draw from, but for what the flow keeps for each. */
export function viewAt(
  runner: ViewParts,
  row: FlowRow,
  at: Position,
  { identity, owned, credentials, begunByMessage, prefilled }: Omit<Rendering, 'csrfToken' | 'kept'>,
): Omit<View, 'kept'> {
  const { context } = at;
  return {
    flowId: row.id,
    revision: row.revision,
    begunAt: row.issuedAt,
    now: runner.clock.now(),
    kind: row.kind,
    type: row.type,
    page: shownPage(runner, row, at),
    hasPage: (each) => hasPage(runner.machineOf(row), each),
    schemaId: row.schemaId ?? identity?.schemaId ?? runner.schemas.defaultId,
    values: context.values,
    messages: context.messages.length > 0 ? context.messages : said(runner, row, at),
    identity,
    owned,
    credentials,
    refresh: row.refresh,
    requestedAal: row.requestedAal,
    begunByMessage,
    prefilled,
  };
}

function uiOf(runner: ViewParts, row: FlowRow, at: Position, rendering: Rendering): Ui {
  const { csrfToken, owned, kept } = rendering;
  const { context } = at;
  const view = viewAt(runner, row, at, rendering);
  const { messages, schemaId } = view;
  if (at.page === PAGE.passed && row.kind === 'verification') return passed(runner, row, at, csrfToken, messages);
  const drawn = drawsPage(runner, row, at).flatMap((strategy) => strategy.nodes({ ...view, kept: kept(strategy) }));
  const beside = asksCredential(row, at) ? nodesBeside(runner, owned) : [];
  const nodes = [...oneOfEach(withCsrf(runner, drawn, view, row, csrfToken)), ...beside];
  const marked = placeMessages(runner, runner.pageChange.nodes(nodes, context.values), messages, row.kind);
  const global = messages.filter((message) => message.at === undefined).map(wire);
  return {
    action: `${runner.config.serve.public.baseUrl}/self-service/${row.kind}?flow=${row.id}`,
    method: 'POST',
    nodes: sortNodes(runner.methods, view, marked, propertiesOf(runner.schemas.get(schemaId))),
    ...(global.length > 0 && { messages: global }),
  };
}

/** Puts the CSRF token where the wire has it: first; on a page that waits for a message behind its buttons, for browsers. */
function withCsrf(
  { methods }: ViewParts,
  nodes: readonly Node[],
  { kind, type, page, messages, requestedAal }: Omit<View, 'kept'>,
  row: FlowRow,
  value: string,
): readonly Node[] {
  // Nothing can be sent, so there is nothing to protect; as in the reference, a second step of a browser has its token.
  const stepUp = requestedAal === 'aal2' && type === 'browser';
  if (nodes.length === 0 && kind !== 'recovery' && kind !== 'verification' && !stepUp) return [];
  const csrf = input('default', 'csrf_token', 'hidden', { value, required: true });
  // Handed over by an administrator: no browser has begun it yet.
  if (kind === 'recovery') return type === 'browser' && row.csrf === '' ? nodes : [csrf, ...nodes];
  const refused = messages.some((message) => message.type === 'error');
  const waits = nodes.some(({ group }) => methods.ofGroup(group)?.tokenBehindButtons === true);
  const behind = kind === 'verification' || (kind === 'login' && page === PAGE.sent && !refused);
  // Who is asked for the key stands before it.
  if (page === PAGE.key && !refused) return [...nodes.slice(0, 1), csrf, ...nodes.slice(1)];
  if (!waits || !behind) return [csrf, ...nodes];
  if (type === 'api') return nodes;
  const last = nodes.findLastIndex((node) => {
    const attributes = inputOf(node);
    return attributes?.type === 'submit' && !['email', 'sms', 'screen'].includes(attributes.name);
  });
  return [...nodes.slice(0, last + 1), csrf, ...nodes.slice(last + 1)];
}

/** The messages of a page that the last submit left without any. */
function said(runner: ViewParts, row: FlowRow, at: Position): readonly Message[] {
  const { page, context } = at;
  // Nothing was saved where the page only shows something.
  if (page === PAGE.success) return shownBy(context.values) === undefined ? [say(1050001)] : [];
  return runner.pageChange.messages(page, row, context.values);
}

/** A verified address: the form is replaced by a link onwards. */
function passed(runner: ViewParts, row: FlowRow, at: Position, csrfToken: string, written: readonly Message[]): Ui {
  const messages = written.length > 0 ? written : [say(1080002)];
  const active = activeOf(runner, row, at);
  const href = destination(runner, row, active) ?? runner.config.defaultReturnUrl;
  const { at: _node, ...title } = say(1070009);
  const onwards: Node = {
    type: 'a',
    group: runner.methods.group(active),
    attributes: { href, title, id: 'continue', node_type: 'a' },
    messages: [],
    meta: { label: title },
  };
  const csrf = input('default', 'csrf_token', 'hidden', { value: csrfToken, required: true });
  return { action: href, method: 'GET', nodes: [csrf, onwards], messages: messages.map(wire) };
}

const propertiesOf = (schema: IdentitySchema | undefined): readonly string[] =>
  schema?.properties.map(({ name }) => name) ?? [];

/** Each message to its node; a field that is not there is added to carry it. */
function placeMessages(
  { methods }: ViewParts,
  nodes: readonly Node[],
  messages: readonly Message[],
  kind: FlowKind,
): readonly Node[] {
  const group = kind === 'settings' ? methods.traitGroup : 'default';
  const placed = [...nodes];
  for (const message of messages) {
    if (message.at === undefined) continue;
    let i = placed.findIndex((node) => nameOf(node) === message.at);
    if (i < 0) i = placed.push(input(group, message.at, 'text')) - 1;
    const node = must(placed[i], message.at);
    placed[i] = { ...node, messages: [...node.messages, wire(message)] };
  }
  return placed;
}

function wire({ at: _node, ...message }: Message): WireMessage {
  return message;
}
