import type { FlowKind, FlowRow } from '../../flow/flow.ts';
import { input, type FlowJson, type InputAttributes, type Node, type Ui, type WireMessage } from '../../flow/json.ts';
import type { Identity } from '../../identity/identity.ts';
import { must } from '../../kernel/error.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { IdentitySchema } from '../../identity/schema.ts';
import type { Strategy, View } from '../../strategy/strategy.ts';
import { destination, returnToOf } from './return-to.ts';
import { shownPage, onPage } from './shown-page.ts';
import { connecting, linkMessage } from '../link-page.ts';
import { sortNodes } from './node-order.ts';
import type { ViewParts } from '../parts.ts';
import { thaw, type Position } from '../machine/snapshot.ts';

/** What only the request that fetches a flow knows. */
export interface Rendering {
  /** The masked CSRF token; empty for `api`. */
  readonly csrfToken: string;
  /** Whose flow it is, with the ways in they have: settings, refresh. */
  readonly identity: Identity | undefined;
  readonly owned: View['owned'];
  /** The code of a mailed link that was opened. */
  readonly prefilled: string | undefined;
}

/** A flow as clients see it, drawn anew from its row: nodes are never stored. */
export function render(
  runner: ViewParts,
  row: FlowRow,
  rendering: Rendering,
  at: Position = thaw(must(runner.flows.get(row.kind), row.kind), row),
): FlowJson {
  const { config } = runner;
  const returnTo = returnToOf(row.requestUrl);
  const active = activeOf(row.kind, at, config.flows);
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

/** The strategy a flow is in the middle of, where the page tells. */
function activeOf(kind: FlowKind, at: Position, flows: ViewParts['config']['flows']): string | undefined {
  const page = at.page;
  const { method } = at.context.values;
  // An administrator may have handed out what is not mailed.
  if (kind === 'verification' || kind === 'recovery') return typeof method === 'string' ? method : flows[kind].use;
  if (kind === 'login' && page === 'credentials') return 'identifier_first';
  if (page === 'sent') return 'code';
  return page === 'away' || page === 'complete' ? 'oidc' : undefined;
}

function uiOf(runner: ViewParts, row: FlowRow, at: Position, { csrfToken, identity, owned, prefilled }: Rendering): Ui {
  const page = at.page;
  const { context } = at;
  const messages: readonly Message[] = context.messages.length > 0 ? context.messages : said(runner, row, at);
  const schemaId = row.schemaId ?? identity?.schemaId ?? runner.schemas.defaultId;
  const view: View = {
    kind: row.kind,
    type: row.type,
    page: shownPage(runner, row, at),
    schemaId,
    values: context.values,
    messages,
    identity,
    owned,
    refresh: row.refresh,
    prefilled,
  };
  if (page === 'passed' && row.kind === 'verification') return passed(runner, row, at, csrfToken, messages);
  const drawn = strategiesOf(runner, row, at).flatMap((strategy) => strategy.nodes(view));
  const nodes = dedupe(withCsrf(drawn, view, row, csrfToken));
  const marked = placeMessages(connecting(nodes, context.values), messages, row.kind);
  const global = messages.filter((message) => message.at === undefined).map(wire);
  return {
    action: `${runner.config.serve.public.baseUrl}/self-service/${row.kind}?flow=${row.id}`,
    method: 'POST',
    nodes: sortNodes(view, marked, propertiesOf(runner.schemas.get(schemaId))),
    ...(global.length > 0 && { messages: global }),
  };
}

/** Those that draw this page; where something was mailed only the one whose it is. */
function strategiesOf(runner: ViewParts, row: FlowRow, at: Position): readonly Strategy[] {
  const drawing = onPage(runner, row, at);
  if (row.kind !== 'verification' && row.kind !== 'recovery') return drawing;
  const active = activeOf(row.kind, at, runner.config.flows);
  return drawing.filter(({ method }) => method === active);
}

/** Where the wire has the token: first, but behind the buttons of a page that waits for a code; there only for browsers. */
function withCsrf(
  nodes: readonly Node[],
  { kind, type, page, messages }: View,
  row: FlowRow,
  value: string,
): readonly Node[] {
  const csrf = input('default', 'csrf_token', 'hidden', { value, required: true });
  // Handed over by an administrator: no browser has begun it yet.
  if (kind === 'recovery') return type === 'browser' && row.csrf === '' ? nodes : [csrf, ...nodes];
  const refused = messages.some((message) => message.type === 'error');
  const byCode = nodes.some(({ group }) => group === 'code');
  const behind = kind === 'verification' || (kind === 'login' && page === 'sent' && !refused);
  if (!byCode || !behind) return [csrf, ...nodes];
  if (type === 'api') return nodes;
  const last = nodes.findLastIndex((node) => {
    const attributes = inputOf(node);
    return attributes?.type === 'submit' && !['email', 'sms', 'screen'].includes(attributes.name);
  });
  return [...nodes.slice(0, last + 1), csrf, ...nodes.slice(last + 1)];
}

/** What a page says by itself when nothing else is to be said. */
function said(runner: ViewParts, row: FlowRow, at: Position): readonly Message[] {
  const page = at.page;
  if (page === 'link') return linkMessage(runner, row, at.context.values);
  return page === 'success' ? [say(1050001)] : [];
}

/** A verified address: the form is replaced by a link onwards. */
function passed(runner: ViewParts, row: FlowRow, at: Position, csrfToken: string, written: readonly Message[]): Ui {
  const messages = written.length > 0 ? written : [say(1080002)];
  const href = destination(runner, row, 'link') ?? runner.config.defaultReturnUrl;
  const { at: _node, ...title } = say(1070009);
  const onwards: Node = {
    type: 'a',
    group: activeOf(row.kind, at, runner.config.flows) === 'link' ? 'link' : 'code',
    attributes: { href, title, id: 'continue', node_type: 'a' },
    messages: [],
    meta: { label: title },
  };
  const csrf = input('default', 'csrf_token', 'hidden', { value: csrfToken, required: true });
  return { action: href, method: 'GET', nodes: [csrf, onwards], messages: messages.map(wire) };
}

const propertiesOf = (schema: IdentitySchema | undefined): readonly string[] =>
  schema?.properties.map(({ name }) => name) ?? [];

/** Several strategies want `identifier`: one node remains, the later one's attributes win. Buttons may share a name. */
function dedupe(nodes: readonly Node[]): readonly Node[] {
  const kept: Node[] = [];
  for (const node of nodes) {
    const i = isField(node) ? kept.findIndex((other) => isField(other) && nameOf(other) === nameOf(node)) : -1;
    if (i >= 0) kept[i] = node;
    else kept.push(node);
  }
  return kept;
}

const inputOf = (node: Node): InputAttributes | undefined =>
  node.attributes.node_type === 'input' ? node.attributes : undefined;
const nameOf = (node: Node): string | undefined => inputOf(node)?.name;
const isField = (node: Node): boolean => {
  const attributes = inputOf(node);
  return (
    attributes !== undefined &&
    attributes.type !== 'submit' &&
    !(attributes.type === 'hidden' && attributes.name === 'method')
  );
};

/** Puts each message on its node; adds a node for a field that has none. */
function placeMessages(nodes: readonly Node[], messages: readonly Message[], kind: FlowKind): readonly Node[] {
  const placed = [...nodes];
  for (const message of messages) {
    if (message.at === undefined) continue;
    let i = placed.findIndex((node) => nameOf(node) === message.at);
    if (i < 0) i = placed.push(input(kind === 'settings' ? 'profile' : 'default', message.at, 'text')) - 1;
    const node = must(placed[i], message.at);
    placed[i] = { ...node, messages: [...node.messages, wire(message)] };
  }
  return placed;
}

function wire({ at: _node, ...message }: Message): WireMessage {
  return message;
}
