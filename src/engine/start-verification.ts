import type { FlowRow } from '../flow/flow.ts';
import type { StartedFlow } from '../hook/define.ts';
import type { Identity, VerifiableAddress } from '../identity/identity.ts';
import { must } from '../kernel/error.ts';
import type { FlowId } from '../kernel/id.ts';
import { say } from '../kernel/messages.ts';
import type { Unit } from '../store/store.ts';
import { flowUrl } from './destination.ts';
import type { Runner, Submission } from './runner.ts';
import { advance, freeze, start } from './snapshot.ts';

/** Starts a verification flow that already stands on `sent`, with its mail, for the first unverified address or for all. */
export async function startVerification(
  runner: Runner,
  request: Submission,
  identity: Identity,
  which: 'first' | 'all',
  unit: Unit,
): Promise<readonly StartedFlow[]> {
  const open = identity.verifiableAddresses.filter(
    ({ verified, via, status }) =>
      !verified && via === 'email' && (request.row.kind !== 'settings' || status === 'pending'),
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
    if ((await unit.identities.update(sent, {})) !== undefined)
      throw new Error('The identity of this transaction changed under it.');
    request.identity = { ...sent, version: sent.version + 1 };
    request.mailed = true;
  }
  return started;
}

async function startFor(
  runner: Runner,
  { row: parent, asker }: Submission,
  identity: Identity,
  address: VerifiableAddress,
  unit: Unit,
): Promise<StartedFlow> {
  const { config, random, sealing } = runner;
  const settings = config.flows.verification;
  const flow = must(runner.flows.get('verification'), 'Machine of verification');
  const now = runner.clock.now();
  const id = random.uuid() as FlowId; // fresh from the generator
  const { lifespan } = config.methods.link;
  const at = advance(flow, start(flow), {
    type: 'open.sent',
    values: { email: address.value },
    messages: [say(1080001)],
  });
  const row: FlowRow = {
    id,
    kind: 'verification',
    type: parent.type,
    requestUrl: parent.requestUrl,
    csrf: parent.type === 'browser' ? asker.nextCsrf : '',
    identityId: identity.id,
    sessionId: undefined,
    schemaId: undefined,
    requestedAal: 'aal1',
    refresh: false,
    shape: flow.shape,
    revision: 1,
    ...freeze(at),
    followDue: undefined,
    busyUntil: undefined,
    issuedAt: now,
    expiresAt: now + settings.lifespan,
    updatedAt: now,
  };
  await unit.flows.insert(row);

  const token = random.token(32);
  const expiresAt = now + lifespan;
  await unit.secrets.put({
    id: random.uuid(),
    purpose: 'verification_link',
    digest: sealing.hashToken(token),
    flowId: id,
    identityId: identity.id,
    address: address.value,
    expiresAt,
    createdAt: now,
  });
  await unit.outbox.put(
    runner.render({
      type: 'email',
      channel: 'email',
      recipient: address.value,
      template: 'verification_valid',
      data: {
        to: address.value,
        verification_url: `${config.serve.public.baseUrl}/self-service/verification?flow=${id}&token=${token}`,
        expires_in_minutes: Math.round(lifespan / 60_000),
        request_url: parent.requestUrl,
        identity: runner.publicIdentity(identity),
      },
      usefulUntil: expiresAt,
      identityId: identity.id,
      flowId: id,
    }),
  );
  return { id, address: address.value, url: parent.type === 'browser' ? flowUrl(settings.uiUrl, id) : undefined };
}
