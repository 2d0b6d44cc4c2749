import type { FlowRow } from '../../flow/flow.ts';
import type { StartedFlow } from '../../hook/define.ts';
import type { Identity, VerifiableAddress } from '../../identity/identity.ts';
import { must } from '../../kernel/error.ts';
import { takesMail } from '../../kernel/mail-address.ts';
import { say } from '../../kernel/messages.ts';
import type { ReturnUrl } from '../../kernel/return-url.ts';
import { standIn, type CodeRequest } from '../../strategy/mailing.ts';
import type { Requester } from '../contract.ts';
import { sayWithheld } from './limit-messages.ts';
import { openAt } from './open-at.ts';
import type { WrittenValues } from '../values.ts';
import { flowUrl } from '../view/return-to.ts';
import type { WriteContext } from './write-context.ts';

/** True when a proof can be sent there: by mail; by text message where a channel is configured and the secret fits into one. */
const reaches = ({ config, challenges }: WriteContext['parts'], address: VerifiableAddress): boolean =>
  address.via === 'email'
    ? takesMail(address)
    : challenges.get(config.flows.verification.use)?.texts === true &&
      config.courier.channels.some(({ id }) => id === 'sms');

/** Starts a verification flow that already stands on `sent`, with its mail, for the first unverified address or for all. */
export async function startVerification(
  context: WriteContext,
  written: WrittenValues,
  which: 'first' | 'all',
): Promise<{ readonly started: readonly StartedFlow[]; readonly values: WrittenValues }> {
  const { parts, prepared, request, unit } = context;
  const identity = must(written.identity, 'The identity of the flow');
  const open = identity.verifiableAddresses.filter(
    (address) =>
      !address.verified && reaches(parts, address) && (request.row.kind !== 'settings' || address.status === 'pending'),
  );
  const addresses = which === 'all' ? open : open.slice(0, 1);
  const started: StartedFlow[] = [];
  for (const address of addresses) started.push(await startFor(context, written, identity, address));
  if (started.length === 0) return { started, values: written };
  const now = parts.clock.now();
  const reached = addresses.filter(({ value }) => waitFor(prepared, value) === undefined);
  const verifiableAddresses = identity.verifiableAddresses.map((each) =>
    reached.includes(each) ? { ...each, status: 'sent' as const, updatedAt: now } : each,
  );
  const sent = { ...identity, verifiableAddresses };
  if ((await unit.identities.update(sent, {})) !== undefined && !written.hiddenDuplicate)
    throw new Error('The identity of this transaction changed under it.');
  return {
    started,
    values: {
      ...written,
      identity: { ...sent, version: sent.version + 1 },
      started: [...written.started, ...started],
      mailed: written.mailed || (!written.hiddenDuplicate && reached.length > 0),
    },
  };
}

/** The seconds for which the address gets no message; undefined: it gets one. */
const waitFor = ({ withheld }: WriteContext['prepared'], address: string): number | undefined =>
  withheld.find((each) => each.address === address)?.retryAfter;

/** No session was issued, so the browser's CSRF cookie is unchanged: binds the verification flows to it. */
export async function bindToBrowser(
  { request: { row: parent }, unit }: WriteContext,
  started: readonly StartedFlow[],
): Promise<void> {
  for (const { id } of started) {
    const row = await unit.flows.find(id);
    if (row?.type === 'browser') await unit.flows.save({ ...row, csrf: parent.csrf, revision: row.revision + 1 });
  }
}

async function startFor(
  { parts, prepared, request, unit }: WriteContext,
  { hiddenDuplicate }: WrittenValues,
  identity: Identity,
  address: VerifiableAddress,
): Promise<StartedFlow> {
  const { config, challenges, clock } = parts;
  const { row: parent, requester, transientPayload } = request;
  const settings = config.flows.verification;
  const now = clock.now();
  const challenge = must(challenges.get(settings.use), `The method ${settings.use}`);
  const { lifespan } = challenge;
  const wait = waitFor(prepared, address.value);
  const opened = openAt(parts, {
    kind: 'verification',
    type: parent.type,
    requestUrl: requestUrlAfter(parent),
    csrf: bindingOf(parent, requester),
    opening: 'open.sent',
    requester,
    identityId: identity.id,
    values: {
      [address.via]: address.value,
      method: settings.use,
      account: identity.id,
      ...(requester.userAgent !== undefined && { from: requester.userAgent }),
    },
    messages: [...(wait === undefined ? [] : [sayWithheld(wait, now)]), say(challenge.sent.verification)],
  });
  // What is in the mail is good as long as it says.
  const row: FlowRow = { ...opened, expiresAt: now + Math.max(settings.lifespan, lifespan) };
  await unit.flows.insert(row);

  const secretRequest: CodeRequest = {
    flowId: row.id,
    requestUrl: parent.requestUrl,
    transientPayload,
    to: address,
    identity,
    now,
    lifespan,
  };
  const { secret, mail } = challenge.issue('verification', secretRequest);
  // A hidden duplicate has no account: its secret proves nothing, and its message is not sent.
  if (wait === undefined) await unit.secrets.put(hiddenDuplicate ? { ...secret, identityId: undefined } : secret);
  await unit.outbox.put(parts.render(hiddenDuplicate || wait !== undefined ? standIn(mail) : mail));
  const url = flowUrl(settings.uiUrl, row.id) as ReturnUrl; // the configured page, checked at start
  return { id: row.id, address: address.value, url };
}

/** Saved settings leave the browser its CSRF cookie; other flows that go on to a verification change it. */
const bindingOf = ({ type, kind, csrf }: FlowRow, { nextCsrf }: Requester): string => {
  if (type !== 'browser') return '';
  return kind === 'settings' ? csrf : nextCsrf;
};

/** `after_verification_return_to` of a registration takes the place of its `return_to`. */
function requestUrlAfter({ kind, requestUrl }: FlowRow): string {
  const url = new URL(requestUrl);
  const after = url.searchParams.get('after_verification_return_to');
  if (kind !== 'registration' || after === null || after === '') return requestUrl;
  url.searchParams.set('return_to', after);
  return url.href;
}
