import type { FlowRow } from '../../flow/flow.ts';
import { input, type Node, type Ui } from '../../flow/json.ts';
import type { CredentialSummary, Identity } from '../../identity/identity.ts';
import { bodyField, type Body } from '../../kernel/body.ts';
import { knownDevice } from '../../kernel/device-name.ts';
import { isObject } from '../../kernel/json.ts';
import { maskAddress } from '../../kernel/mask-address.ts';
import type { Message } from '../../kernel/message.ts';
import { moment, say } from '../../kernel/messages.ts';
import type { OneTimeSecret } from '../../secret/secret.ts';
import type { Runner } from '../parts.ts';
import { nodesBeside, notMe } from './asked-credential.ts';

/** What the page of a mailed link says. */
interface LinkView {
  readonly row: FlowRow;
  /** With the token of the link. */
  readonly body: Body;
  readonly csrfToken: string;
  readonly method: string;
  readonly secret: OneTimeSecret;
  readonly identity: Identity;
  readonly owned: CredentialSummary;
  /** The first proof of an account, by somebody who holds nothing of it. */
  readonly first: boolean;
}

/** The form that uses a mailed link: a POST to the path of the link (docs/decisions/0043). */
export function linkUi(
  runner: Pick<Runner, 'config' | 'methods' | 'strategies'>,
  view: LinkView,
  messages: readonly Message[],
): Ui {
  const { row, body, csrfToken, method, owned, first } = view;
  const hidden = (name: string, value: string): Node => input('default', name, 'hidden', { value, required: true });
  const asks = first && row.kind === 'verification';
  return {
    action: `${runner.config.serve.public.baseUrl}/self-service/${row.kind}`,
    method: 'POST',
    nodes: [
      hidden('flow', row.id),
      hidden('token', bodyField(body, 'token') ?? ''),
      hidden('csrf_token', csrfToken),
      input(runner.methods.group(method), 'method', 'submit', { value: method, label: say(1900005) }),
      ...(asks ? nodesBeside(runner, owned) : [notMe()]),
    ],
    messages: [about(view), ...messages].map(({ at: _node, ...message }) => message),
  };
}

/** What it is about, for which address, and who asked for it. */
function about({ row, secret, identity }: LinkView): Message {
  const { recoveryAddresses, verifiableAddresses } = identity;
  // What an administrator hands over was sent to no address.
  const address = secret.address || ([...recoveryAddresses, ...verifiableAddresses][0]?.value ?? '');
  const { values } = row.context;
  const agent = isObject(values) ? values['from'] : undefined;
  return say(1900004, {
    purpose: row.kind,
    address: maskAddress(address),
    ...moment('asked_at', secret.createdAt),
    device: knownDevice(typeof agent === 'string' ? agent : undefined) ?? 'an unknown device',
  });
}
