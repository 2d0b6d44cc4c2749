import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import type { Identity, IdentityReads } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import { pressed } from '../../kernel/body.ts';
import type { Clock } from '../../kernel/clock.ts';
import { must } from '../../kernel/error.ts';
import { ownIdentifier } from '../../identity/identifier.ts';
import { isObject, type Json } from '../../kernel/json.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { Random } from '../../kernel/random.ts';
import type { CredentialSealing } from '../credential-sealing.ts';
import { draftOf } from '../draft.ts';
import { findCredential } from '../find-credential.ts';
import { putAside } from '../put-aside.ts';
import type { Attempt, AttemptContext, Body, Strategy, View } from '../strategy.ts';
import { codeIn } from './code-field.ts';
import { writeKeyUri } from './key-uri.ts';
import { newSecret, stepOf } from './one-time-password.ts';
import { QR_SIZE, qrImage } from './qr-image.ts';
import { configOf, TYPE } from './stored-uri.ts';

export interface TotpSettingsParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  /** Who the app says the codes are for. */
  readonly issuer: string;
  readonly schemas: IdentitySchemas;
  readonly identities: Pick<IdentityReads, 'credentials'>;
  readonly sealing: CredentialSealing;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
}

/** Sets an authenticator app up for a signed-in person, by a code of it, or takes it away. */
export function createTotpSettings(parts: TotpSettingsParts): Strategy {
  const { name, identities, sealing, clock } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const identity = must(at.identity, 'The signed-in identity');
    if (!at.privileged && !at.returned) return putAside(name, identity, asked(body, at.now));
    const { unlink, code, typedAt } = at.returned ? parseAsked(at.vault) : asked(body, at.now);
    const isSetUp = (await findCredential(identities, identity, TYPE)) !== undefined;
    if (unlink && isSetUp) return { kind: 'accept', draft: draftOf(identity), writes: { removed: [TYPE] } };
    if (code === '') return reject(say(4000002, { property: 'totp_code' }, 'totp_code'));
    if (isSetUp) return reject(say(4000001, { reason: 'An authenticator app is set up already.' }));
    const kept = parseKept(at.kept);
    const step = kept && (await stepOf(kept.uri, code, typedAt));
    return kept === undefined || step === undefined ? reject(WRONG) : setUp(identity, kept.uri, step);
  }

  /** The code of the set-up counts as used, and as a proof of the session (security TO-2, TO-7). */
  function setUp(identity: Identity, uri: string, step: number): Attempt {
    return {
      kind: 'accept',
      draft: draftOf(identity),
      writes: {
        credentials: [
          { type: TYPE, config: configOf(uri, identity.id, sealing), identifiers: [ownIdentifier(identity.id)] },
        ],
        proof: { method: name, aal: 'aal2', completedAt: clock.now() },
        spend: { type: TYPE, step, message: WRONG },
      },
    };
  }

  return {
    method: name,
    flow: 'settings',
    pages: ['form', 'success', 'held'],
    changesFactors: true,
    keeps: { make: (view) => makeKey(parts, view) },
    claims: (method, body) => method === name || ((method ?? '') === '' && pressed(body, 'totp_unlink')),
    guards: () => [],
    nodes: (view) => nodes(name, view),
    attempt,
  };
}

const WRONG: Message = say(4000008, undefined, 'totp_code');

const reject = (message: Message): Attempt => ({ kind: 'reject', values: {}, messages: [message] });

/** What a form asks for. A code that waits for a fresh sign-in is judged by the time at which it was typed. */
interface Asked {
  readonly unlink: boolean;
  readonly code: string;
  /** Milliseconds. */
  readonly typedAt: number;
}

/** Throws for a body that nobody sends honestly, but for one that is put aside. */
const asked = (body: Body, now: number): Asked & Record<string, Json> => ({
  unlink: pressed(body, 'totp_unlink'),
  code: codeIn(body),
  typedAt: now,
});

/** Sealed by `attempt`. */
function parseAsked(value: Json | undefined): Asked {
  if (!isObject(value)) return { unlink: false, code: '', typedAt: 0 };
  const { unlink, code, typedAt } = value;
  return {
    unlink: unlink === true,
    code: typeof code === 'string' ? code : '',
    typedAt: typeof typedAt === 'number' ? typedAt : 0,
  };
}

/** A secret that waits for its first code: the flow's alone. */
interface Key {
  readonly secret: string;
  readonly uri: string;
  readonly image: string;
}

async function makeKey(
  { issuer, schemas, random }: TotpSettingsParts,
  { identity, owned }: Pick<View, 'identity' | 'owned'>,
): Promise<(Key & Record<string, Json>) | undefined> {
  if (identity === undefined || owned[TYPE] !== undefined) return undefined;
  const { accountName } = schemas.get(identity.schemaId)?.deriveStored(identity.traits) ?? {};
  const secret = await newSecret(random.bytes);
  const uri = writeKeyUri({ issuer, account: accountName ?? identity.id, secret });
  return { secret, uri, image: await qrImage(uri) };
}

/** Sealed by the engine. */
function parseKept(value: Json | undefined): Key | undefined {
  if (!isObject(value)) return undefined;
  const { secret, uri, image } = value;
  return typeof secret === 'string' && typeof uri === 'string' && typeof image === 'string'
    ? { secret, uri, image }
    : undefined;
}

function nodes(name: MethodName, { owned, kept }: View): readonly Node[] {
  if (owned[TYPE] !== undefined)
    return [input('totp', 'totp_unlink', 'submit', { value: 'true', required: true, label: say(1050004) })];
  const key = parseKept(kept);
  if (key === undefined) return [];
  const { image, secret } = key;
  return [
    {
      type: 'img',
      group: 'totp',
      attributes: { src: image, id: 'totp_qr', width: QR_SIZE, height: QR_SIZE, node_type: 'img' },
      messages: [],
      meta: { label: say(1050005) },
    },
    {
      type: 'text',
      group: 'totp',
      attributes: { text: say(1050006, { secret }), id: 'totp_secret_key', node_type: 'text' },
      messages: [],
      meta: { label: say(1050017) },
    },
    input('totp', 'totp_code', 'text', { required: true, label: say(1070006) }),
    input('totp', 'method', 'submit', { value: name, label: say(1070003) }),
  ];
}
