import { SallyportError } from '../../kernel/error.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { FlowRow } from '../../flow/flow.ts';
import type { Node } from '../../flow/json.ts';
import type { OpenedFlow, OpenRequest } from '../contract.ts';
import type { Runner } from '../parts.ts';
import { viewFlow } from './view-flow.ts';
import { begin } from './begin.ts';
import { submit } from './submit.ts';

/**
 * Opens a flow. A second factor that comes by message is sent at once where it is the only one and has one place to go to,
 * and where the request names the place.
 */
export async function beginAndSend(runner: Runner, beginning: OpenRequest): Promise<OpenedFlow> {
  const opened = await begin(runner, beginning);
  if (opened.kind !== 'flow' || beginning.opening !== 'open.second') return opened;
  const { requester, sendTo } = beginning;
  if (!sendsCodes(runner)) return opened;
  const body = sendTo === undefined ? await onlyButton(runner, opened.row, beginning) : { address: sendTo };
  if (body === undefined) return opened;
  const trigger = { type: 'submit', method: undefined } as const;
  const { row, refused } = await submit(runner, {
    row: opened.row,
    trigger,
    requester,
    body: { kind: 'json', value: body },
  });
  if (refused && sendTo !== undefined)
    throw new SallyportError('bad_request', 'The account takes no codes at the address of this trait.');
  return { kind: 'flow', row };
}

/** Some second factor comes by message. */
const sendsCodes = ({ methods }: Runner): boolean =>
  methods.lanes('login').some(({ factor, mailed }) => factor === 'second' && mailed === true);

/** What the only button of a form sends that has nothing else; undefined where there is a choice. */
async function onlyButton(
  runner: Runner,
  row: FlowRow,
  { requester: { session } }: OpenRequest,
): Promise<JsonObject | undefined> {
  const { ui } = await viewFlow(runner, row, { csrfToken: '', identity: session?.identity, session: session?.session });
  const [only, ...others] = ui.nodes.filter(isMeant);
  if (only === undefined || others.length > 0 || only.attributes.node_type !== 'input') return undefined;
  const { name, type, value } = only.attributes;
  return type === 'submit' && typeof value === 'string' ? { [name]: value } : undefined;
}

/** All but the token that protects the form. */
const isMeant = ({ attributes }: Node): boolean => attributes.node_type !== 'input' || attributes.name !== 'csrf_token';
