import { input, type Node } from '../../flow/json.ts';
import type { Credential, Identity, IdentityReads } from '../../identity/identity.ts';
import { bodyField } from '../../kernel/body.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import { DEACTIVATED, isDeactivated } from '../active-account.ts';
import { parseAssertionAnswer, type AssertionAnswer } from '../ceremony/answer.ts';
import { issueChallenges, type CeremonyPlace, type Issued } from '../ceremony/challenge.ts';
import { requestOptions } from '../ceremony/options.ts';
import { storedKeys, withUse } from '../ceremony/stored-key.ts';
import { verifyAssertion, type Asserted } from '../ceremony/verify-assertion.ts';
import { loginDraft } from '../draft.ts';
import type { Attempt, AttemptContext, Body, Strategy, View } from '../strategy.ts';
import { displayNameOf } from './display-name.ts';
import { handlesOf, identifierOf } from './handles.ts';
import { brings, triggerNode, type PasskeyParts } from './passkey-parts.ts';

const FIELD = 'passkey_login';
const TYPE = 'passkey';

/** Whose key it is that an answer names, and which keys may have signed. */
interface Owner {
  readonly identity: Identity;
  readonly credential: Credential;
}

/** Signs in with a passkey, which the browser finds by itself: nobody types who they are. */
export function createPasskeyLogin(parts: PasskeyParts): Strategy {
  const { name, identities, random, party, settings } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const parsed = parseAssertionAnswer(bodyField(body, FIELD));
    const { values } = at;
    if (parsed === undefined)
      return {
        kind: 'reject',
        values,
        messages: [say(4000001, { reason: 'The answer of the browser cannot be read.' })],
      };
    const wrong = { kind: 'reject', values, messages: [say(4000008)] } as const;
    const { answer } = parsed;
    if (answer === 'broken') return wrong;
    const owner = await (at.refresh ? ownerAgain(identities, at) : ownerOf(identities, answer));
    if (owner === undefined) return { kind: 'reject', values, messages: [say(4000015)] };
    const { identity, credential } = owner;
    const assertion = await verifyAssertion(answer, {
      party,
      issued: challengesOf(parts, at, at.refresh ? at.identity : undefined),
      userVerification: settings.selection.userVerification,
      keys: keysFor(credential),
      handles: handlesOf(credential),
      // Whoever confirms themselves is known by their session.
      discovers: !at.refresh,
    });
    if (!assertion.ok) return { ...wrong, identity: identity.id };
    if (isDeactivated(identity)) return { kind: 'reject', values, messages: [DEACTIVATED], identity: identity.id };
    return {
      kind: 'accept',
      values,
      identity,
      draft: loginDraft(identity, at, random),
      writes: {
        proof: { method: name, aal: 'aal1', completedAt: at.now },
        spend: { type: credential.type, message: say(4000008), from: credential, to: afterUse(credential, assertion) },
      },
    };
  }

  return {
    method: name,
    flow: 'login',
    pages: ['form', 'identifier', 'credentials', 'confirm'],
    claims: (method, body) => (method === undefined || method === '' || method === name) && brings(body, FIELD),
    // No account is guessed at: whoever sends nonsense pays for their own network.
    guards: (_body, { network }) => [{ budget: 'networkFailures', subject: network }],
    nodes: (view) => nodes(parts, view),
    attempt,
  };
}

/** Whose passkey has the handle that was told. */
async function ownerOf(identities: IdentityReads, { userHandle }: AssertionAnswer): Promise<Owner | undefined> {
  if (userHandle === undefined) return undefined;
  const identifier = identifierOf(Buffer.from(userHandle, 'base64url'));
  return identifier && (await identities.findByIdentifier(TYPE, identifier));
}

/** The passkeys of the person who confirms themselves. */
async function ownerAgain(identities: IdentityReads, { identity }: AttemptContext): Promise<Owner | undefined> {
  if (identity === undefined) return undefined;
  const credential = (await identities.credentials(identity.id)).find(({ type }) => type === TYPE);
  return credential && { identity, credential };
}

/** The credential with what an authenticator has just said of itself. */
const afterUse = (credential: Credential, used: Asserted): JsonObject => ({
  ...credential.config,
  credentials: storedKeys(credential).map((key) => (key.id.equals(used.key.id) ? withUse(key, used) : key.stored)),
});

/** Keys that sign their person in alone. */
const keysFor = (credential: Credential) =>
  storedKeys(credential).filter(({ passwordless }) => credential.type === TYPE || passwordless);

function challengesOf(
  { name, digests }: PasskeyParts,
  { flowId, begunAt, now }: Pick<CeremonyPlace, 'flowId' | 'begunAt' | 'now'>,
  identity: Identity | undefined,
): readonly Issued[] {
  const place = { ceremony: 'discovery', method: name, revision: 0, identityId: identity?.id } as const;
  return issueChallenges(digests, { ...place, flowId, begunAt, now });
}

function nodes(parts: PasskeyParts, view: View): readonly Node[] {
  const { type, page, refresh, flowId } = view;
  const own = refresh ? view.credentials.find((each) => each.type === TYPE) : undefined;
  if (refresh && own === undefined) return [];
  const [issued] = challengesOf(parts, view, refresh ? view.identity : undefined);
  if (issued === undefined) return [];
  const { party, settings } = parts;
  const options = requestOptions({
    party,
    challenge: issued.challenge,
    timeout: settings.timeouts.login,
    allow: own && storedKeys(own),
    userVerification: settings.selection.userVerification,
  });
  const script = type === 'browser' ? [parts.webAuthnScript(flowId)] : [];
  const answer = input('passkey', FIELD, 'hidden', refresh ? {} : autofill(type));
  const challenge = input('passkey', 'passkey_challenge', 'hidden', { value: JSON.stringify(options) });
  const trigger = triggerNode('passkey_login_trigger', {
    type,
    value: '',
    label: say(1010021),
    run: 'oryPasskeyLogin',
  });
  if (refresh) return [...script, ...known(parts, view), trigger, answer, challenge];
  if (page === 'identifier') return [...script, answer, challenge];
  if (page === 'credentials') return [...script, answer, challenge, ...(offered(view) ? [trigger] : [])];
  return [identifierField(parts, view), ...script, trigger, answer, challenge];
}

const RUN = 'oryPasskeyLoginAutocompleteInit';

const autofill = (type: View['type']) => ({
  ...(type === 'browser' && { onload: `window.${RUN}()` }),
  onloadTrigger: RUN,
});

/** Whoever says who they are is offered what they have, as far as the page before may tell. */
function offered({ values }: View): boolean {
  const { ways } = values;
  return !Array.isArray(ways) || ways.includes(TYPE);
}

function identifierField({ schemas }: PasskeyParts, { values, schemaId }: View): Node {
  const typed = values['identifier'];
  return input('default', 'identifier', 'text', {
    value: typeof typed === 'string' ? typed : '',
    required: true,
    autocomplete: 'username webauthn',
    label: schemas.get(schemaId)?.identifierLabel ?? say(1070004),
  });
}

/** Who confirms themselves. */
function known({ schemas }: PasskeyParts, { identity, schemaId }: View): readonly Node[] {
  const schema = schemas.get(schemaId);
  const value = identity && schema && displayNameOf(schema, identity.traits);
  return value === undefined ? [] : [input('default', 'identifier', 'hidden', { value })];
}
