import { input, type Node } from '../../flow/json.ts';
import type { Credential, Identity, IdentityReads } from '../../identity/identity.ts';
import { bodyField } from '../../kernel/body.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { FlowId } from '../../kernel/id.ts';
import { say } from '../../kernel/messages.ts';
import { DEACTIVATED, isDeactivated } from '../active-account.ts';
import { parseAssertionAnswer, type AssertionAnswer } from '../ceremony/answer.ts';
import { challengesOf, type Issued, type Place } from '../ceremony/challenge.ts';
import { requestOptions } from '../ceremony/options.ts';
import { spendOf } from '../ceremony/spend-of.ts';
import { storedKeys } from '../ceremony/stored-key.ts';
import { verifyAssertion } from '../ceremony/verify-assertion.ts';
import { loginDraft } from '../draft.ts';
import { findCredential } from '../find-credential.ts';
import { isOffered } from '../offered-ways.ts';
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
    // The method is chosen, and nothing proved yet: the page has what the browser is asked with.
    if (!brings(body, FIELD)) throw continueOnPage(parts.loginUrl, at.flowId);
    const parsed = parseAssertionAnswer(bodyField(body, FIELD));
    const { values } = at;
    if (parsed === undefined)
      return {
        kind: 'reject',
        values,
        messages: [say(4000001, { reason: 'The answer of the browser cannot be read.' })],
      };
    if (at.exhausted !== undefined)
      return { kind: 'reject', values, messages: [say(4900001, { retry_after: at.exhausted.retryAfter })] };
    const wrong = { kind: 'reject', values, messages: [say(4000008)] } as const;
    const { answer } = parsed;
    if (answer === 'broken') return wrong;
    const owner = await (at.refresh ? ownerAgain(identities, at) : ownerOf(identities, answer));
    if (owner === undefined) return { kind: 'reject', values, messages: [say(4000015)] };
    const { identity, credential } = owner;
    const assertion = await verifyAssertion(answer, {
      party,
      issued: issuedTo(parts, at, at.refresh ? at.identity : undefined),
      userVerification: settings.selection.userVerification,
      keys: keysFor(credential),
      handles: handlesOf(credential),
      // Whoever confirms themselves is known by their session.
      discovers: !at.refresh,
    });
    if (!assertion.ok)
      return { ...wrong, identity: identity.id, copied: assertion.why === 'counter' ? credential.type : undefined };
    if (isDeactivated(identity)) return { kind: 'reject', values, messages: [DEACTIVATED], identity: identity.id };
    return {
      kind: 'accept',
      values,
      identity,
      draft: loginDraft(identity, at, random),
      writes: {
        proof: { method: name, aal: 'aal1', completedAt: at.now },
        spend: spendOf(credential, assertion, { message: say(4000008), now: at.now }),
      },
    };
  }

  return {
    method: name,
    flow: 'login',
    pages: ['form', 'identifier', 'credentials', 'confirm'],
    claims: (method, body) => method === name || ((method === undefined || method === '') && brings(body, FIELD)),
    // No account is guessed at: whoever sends nonsense pays for their own network.
    guards: (body, { network }) => (brings(body, FIELD) ? [{ budget: 'networkFailures', subject: network }] : []),
    nodes: (view) => nodes(parts, view),
    attempt,
  };
}

function continueOnPage(loginUrl: string, flow: FlowId): SallyportError {
  const to = new URL(loginUrl);
  to.searchParams.set('flow', flow);
  return new SallyportError('browser_location_change_required', 'Please continue on the page of the form.', {
    beside: { redirect_browser_to: to.href },
  });
}

/**
 * Whose passkey has the handle that was told; else whose security key has this id, if it signs in alone and was made with the
 * handle: so people come over from one method to the other.
 */
async function ownerOf(identities: IdentityReads, { id, userHandle }: AssertionAnswer): Promise<Owner | undefined> {
  if (userHandle === undefined) return undefined;
  const handle = Buffer.from(userHandle, 'base64url');
  const identifier = identifierOf(handle);
  const found = identifier && (await identities.findByIdentifier(TYPE, identifier));
  if (found !== undefined) return found;
  const other = await identities.findByCredentialId(Buffer.from(id, 'base64url'));
  const own = other !== undefined && handlesOf(other.credential).some((each) => each.equals(handle));
  return own && keysFor(other.credential).length > 0 ? other : undefined;
}

/** The passkeys of the person who confirms themselves. */
async function ownerAgain(identities: IdentityReads, { identity }: AttemptContext): Promise<Owner | undefined> {
  if (identity === undefined) return undefined;
  const credential = await findCredential(identities, identity, TYPE);
  return credential && { identity, credential };
}

/** Keys that sign their person in alone. */
const keysFor = (credential: Credential) =>
  storedKeys(credential).filter(({ passwordless }) => credential.type === TYPE || passwordless);

const issuedTo = (parts: PasskeyParts, place: Place, person: Identity | undefined): readonly Issued[] =>
  challengesOf(parts, place, { ceremony: 'discovery', person });

function nodes(parts: PasskeyParts, view: View): readonly Node[] {
  const { type, page, refresh, flowId } = view;
  const own = refresh ? view.credentials.find((each) => each.type === TYPE) : undefined;
  if (refresh && own === undefined) return [];
  const [issued] = issuedTo(parts, view, refresh ? view.identity : undefined);
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
  if (page === 'credentials')
    return [...script, answer, challenge, ...(isOffered(view.values, parts.name) ? [trigger] : [])];
  return [identifierField(parts, view), ...script, trigger, answer, challenge];
}

const RUN = 'oryPasskeyLoginAutocompleteInit';

const autofill = (type: View['type']) => ({
  ...(type === 'browser' && { onload: `window.${RUN}()` }),
  onloadTrigger: RUN,
});

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
