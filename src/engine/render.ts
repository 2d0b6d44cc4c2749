import type { FlowKind, FlowRow } from '../flow/flow.ts';
import { input, type FlowJson, type InputAttributes, type Node, type Ui, type WireMessage } from '../flow/json.ts';
import type { Identity } from '../identity/identity.ts';
import { must } from '../kernel/error.ts';
import type { Message } from '../kernel/message.ts';
import { say } from '../kernel/messages.ts';
import type { IdentitySchema } from '../identity/schema.ts';
import type { Page, View } from '../strategy/strategy.ts';
import { destination, returnToOf } from './destination.ts';
import { faceOf, onPage } from './face.ts';
import { VERIFIED_BY } from './machines.ts';
import { connecting, linkMessage } from './link-page.ts';
import { sortNodes } from './node-order.ts';
import type { Runner } from './runner.ts';
import { pageOf, thaw, wireOf, type Snapshot } from './snapshot.ts';

/** What only the request that fetches a flow knows. */
export interface Rendering {
  /** The masked CSRF token; empty for `api`. */
  readonly csrfToken: string;
  /** Whose flow it is, with the ways in they have: settings, refresh. */
  readonly identity: Identity | undefined;
  readonly owned: View['owned'];
}

/** A flow as clients see it, drawn anew from its row: nodes are never stored. */
export function render(
  runner: Runner,
  row: FlowRow,
  rendering: Rendering,
  at: Snapshot = thaw(must(runner.flows.get(row.kind), row.kind), row),
): FlowJson {
  const { config } = runner;
  const returnTo = returnToOf(row.requestUrl);
  const active = activeOf(row.kind, pageOf(at), config.flows);
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
    state: wireOf(at),
  };
}

function membersOf(
  { publicIdentity }: Runner,
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
function activeOf(kind: FlowKind, page: Page, flows: Runner['config']['flows']): string | undefined {
  if (kind === 'verification') return VERIFIED_BY;
  if (kind === 'recovery') return flows.recovery.use;
  if (kind === 'login' && page === 'credentials') return 'identifier_first';
  if (page === 'sent') return 'code';
  return page === 'away' || page === 'complete' ? 'oidc' : undefined;
}

function uiOf(runner: Runner, row: FlowRow, at: Snapshot, { csrfToken, identity, owned }: Rendering): Ui {
  const page = pageOf(at);
  const { context } = at;
  const messages: readonly Message[] = context.messages.length > 0 ? context.messages : said(runner, row, at);
  const schemaId = row.schemaId ?? identity?.schemaId ?? runner.schemas.defaultId;
  const view: View = {
    kind: row.kind,
    type: row.type,
    page: faceOf(runner, row, at),
    schemaId,
    values: context.values,
    messages,
    identity,
    owned,
    refresh: row.refresh,
  };
  if (page === 'passed') return passed(runner, row, csrfToken, messages);
  const csrf = input('default', 'csrf_token', 'hidden', { value: csrfToken, required: true });
  const nodes = dedupe([csrf, ...onPage(runner, row, at).flatMap((strategy) => strategy.nodes(view))]);
  const marked = placeMessages(connecting(nodes, context.values), messages, row.kind);
  const global = messages.filter((message) => message.at === undefined).map(wire);
  return {
    action: `${runner.config.serve.public.baseUrl}/self-service/${row.kind}?flow=${row.id}`,
    method: 'POST',
    nodes: sortNodes(row.kind, marked, propertiesOf(runner.schemas.get(schemaId))),
    ...(global.length > 0 && { messages: global }),
  };
}

/** What a page says by itself when nothing else is to be said. */
function said(runner: Runner, row: FlowRow, at: Snapshot): readonly Message[] {
  const page = pageOf(at);
  if (page === 'link') return linkMessage(runner, row, at.context.values);
  if (page === 'success') return [say(1050001)];
  return page === 'passed' ? [say(1080002)] : [];
}

/** An address that is verified: the form has become a way on (self-service.md 11.2). */
function passed(runner: Runner, row: FlowRow, csrfToken: string, messages: readonly Message[]): Ui {
  const href = destination(runner, row, 'link') ?? runner.config.defaultReturnUrl;
  const { at: _node, ...title } = say(1070009);
  const onwards: Node = {
    type: 'a',
    group: 'link',
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

/** Each message to its node; a field that is not there is added to carry it (self-service.md 4.4). */
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
