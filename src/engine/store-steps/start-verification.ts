import type { FlowRow } from '../../flow/flow.ts';
import type { StartedFlow } from '../../hook/define.ts';
import type { Identity, VerifiableAddress } from '../../identity/identity.ts';
import { must } from '../../kernel/error.ts';
import { takesMail } from '../../kernel/mail-address.ts';
import { say } from '../../kernel/messages.ts';
import type { ReturnUrl } from '../../kernel/return-url.ts';
import type { Unit } from '../../store/store.ts';
import { standIn, type Asked } from '../../strategy/mailing.ts';
import { rowFor } from '../run/begin.ts';
import { flowUrl } from '../view/return-to.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from '../run/submission.ts';
import { advance, freeze, start } from '../machine/snapshot.ts';

/** True when a proof can be sent there: by mail; by text message where a channel is configured and a code is what is sent. */
const reaches = ({ config }: Runner, address: VerifiableAddress): boolean =>
  address.via === 'email'
    ? takesMail(address)
    : config.flows.verification.use === 'code' && config.courier.channels.some(({ id }) => id === 'sms');

/** Starts a verification flow that already stands on `sent`, with its mail, for the first unverified address or for all. */
export async function startVerification(
  runner: Runner,
  request: Submission,
  identity: Identity,
  which: 'first' | 'all',
  unit: Unit,
): Promise<readonly StartedFlow[]> {
  const open = identity.verifiableAddresses.filter(
    (address) =>
      !address.verified &&
      reaches(runner, address) &&
      (request.row.kind !== 'settings' || address.status === 'pending'),
  );
  const addresses = which === 'all' ? open : open.slice(0, 1);
  const started: StartedFlow[] = [];
  for (const address of addresses) started.push(await startFor(runner, request, identity, address, unit));
  if (started.length > 0) {
    const now = runner.clock.now();
    const verifiableAddresses = identity.verifiableAddresses.map((each) =>
      addresses.includes(each) ? { ...each, status: 'sent' as const, updatedAt: now } : each,
    );
    const sent = { ...identity, verifiableAddresses };
    if ((await unit.identities.update(sent, {})) !== undefined && !request.shadow)
      throw new Error('The identity of this transaction changed under it.');
    request.identity = { ...sent, version: sent.version + 1 };
    request.mailed ||= !request.shadow;
  }
  return started;
}

/** Nobody was signed in, so the browser keeps the cookie that it came with: what was begun goes with that one. */
export async function keepWithBrowser({ row: parent, started }: Submission, unit: Unit): Promise<void> {
  for (const { id } of started) {
    const row = await unit.flows.find(id);
    if (row?.type === 'browser') await unit.flows.save({ ...row, csrf: parent.csrf, revision: row.revision + 1 });
  }
}

async function startFor(
  runner: Runner,
  { row: parent, requester, transientPayload, shadow }: Submission,
  identity: Identity,
  address: VerifiableAddress,
  unit: Unit,
): Promise<StartedFlow> {
  const { config, mailing } = runner;
  const settings = config.flows.verification;
  const flow = must(runner.flows.get('verification'), 'Machine of verification');
  const now = runner.clock.now();
  const code = settings.use === 'code';
  const { lifespan } = code ? config.methods.code : config.methods.link;
  const at = advance(flow, start(flow), {
    type: 'open.sent',
    values: { [address.via]: address.value, method: settings.use },
    messages: [say(code ? 1080003 : 1080001)],
  });
  const opened = rowFor(runner, flow, {
    kind: 'verification',
    type: parent.type,
    requestUrl: requestUrlAfter(parent),
    csrf: parent.type === 'browser' ? requester.nextCsrf : '',
    opening: 'open.sent',
    requester,
    identityId: identity.id,
  });
  const row: FlowRow = {
    ...opened,
    ...freeze(at),
    // What is in the mail is good as long as it says.
    expiresAt: now + Math.max(settings.lifespan, lifespan),
  };
  await unit.flows.insert(row);

  const asked: Asked = {
    flowId: row.id,
    requestUrl: parent.requestUrl,
    transientPayload,
    to: address,
    identity,
    now,
    lifespan,
  };
  const { secret, mail } = code
    ? mailing.code('verification_code', 'verification_code_valid', asked)
    : mailing.link('verification_link', 'verification_valid', asked);
  // Of somebody who is not there nothing can be proved, and nothing is sent.
  await unit.secrets.put(shadow ? { ...secret, identityId: undefined } : secret);
  await unit.outbox.put(runner.render(shadow ? standIn(mail) : mail));
  const url = flowUrl(settings.uiUrl, row.id) as ReturnUrl; // the configured page, checked at start
  return { id: row.id, address: address.value, url };
}

/** `after_verification_return_to` of a registration takes the place of its `return_to`. */
function requestUrlAfter({ kind, requestUrl }: FlowRow): string {
  const url = new URL(requestUrl);
  const after = url.searchParams.get('after_verification_return_to');
  if (kind !== 'registration' || after === null || after === '') return requestUrl;
  url.searchParams.set('return_to', after);
  return url.href;
}
