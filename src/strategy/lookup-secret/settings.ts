import type { MethodName } from '../../config/config.ts';
import type { Credential, Identity, IdentityReads } from '../../identity/identity.ts';
import { pressed } from '../../kernel/body.ts';
import type { Clock } from '../../kernel/clock.ts';
import { must } from '../../kernel/error.ts';
import { ownIdentifier } from '../../identity/identifier.ts';
import type { Json } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import type { Random } from '../../kernel/random.ts';
import { draftOf } from '../draft.ts';
import { findCredential } from '../find-credential.ts';
import { keptKind } from '../kept-kind.ts';
import { putAside } from '../put-aside.ts';
import type { Attempt, AttemptContext, Body, Strategy } from '../strategy.ts';
import { ASKS, type Asks, buttonOf, parseShown, settingsNodes, type ShownCodes, shownJson } from './nodes.ts';
import { type CodeKeeping, configOf, newCodes, openCodes, type ShownCode, TYPE } from './stored-codes.ts';

export interface LookupSecretSettingsParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  /** Their owner may see stored codes again. */
  readonly reveal: boolean;
  readonly identities: Pick<IdentityReads, 'credentials'>;
  readonly keeping: CodeKeeping;
  readonly clock: Clock;
  readonly random: Pick<Random, 'token'>;
}

/** Makes backup codes for a signed-in person, stores them once they are written down, and takes them away. */
export function createLookupSecretSettings(parts: LookupSecretSettingsParts): Strategy {
  const { name, reveal, identities, keeping, clock, random } = parts;

  async function attempt(body: Body, at: AttemptContext): Promise<Attempt> {
    const identity = must(at.identity, 'The signed-in identity');
    if (!at.privileged && !at.returned) return putAside(name, identity, [...askedIn(body)]);
    const asked = at.returned ? parseAsked(at.vault) : askedIn(body);
    const [asks] = asked;
    if (asks === undefined || asked.length > 1) return reject('Press one of the buttons.');
    switch (asks) {
      case 'regenerate':
        return show(at, { what: 'made', codes: newCodes(random).map((code) => ({ code, usedAt: undefined })) });
      case 'confirm':
        return confirm(identity, at);
      case 'reveal': {
        const opened = openAgain(parts, identity, await stored(identity));
        return typeof opened === 'string' ? reject(opened) : show(at, { what: 'revealed', codes: opened });
      }
      case 'disable':
        return (await stored(identity)) === undefined
          ? reject('There are no backup codes.')
          : { kind: 'accept', draft: draftOf(identity), writes: { removed: [TYPE] } };
    }
  }

  const stored = (identity: Identity): Promise<Credential | undefined> => findCredential(identities, identity, TYPE);

  /** The page as it stands, with codes on it. Nothing is stored but what the flow keeps. */
  const show = ({ page }: AttemptContext, shown: ShownCodes): Attempt => ({
    kind: 'challenge',
    page: page === 'success' ? 'success' : 'form',
    draft: undefined,
    values: { shown: name },
    messages: [],
    writes: { vault: { kind: keptKind(name), value: shownJson(shown) } },
  });

  /** Whoever has seen the codes has them: that counts as a proof of the session (security TO-7). */
  function confirm(identity: Identity, { kept }: AttemptContext): Attempt {
    const shown = parseShown(kept);
    if (shown?.what !== 'made') return reject('Make new codes first.');
    const codes = shown.codes.map(({ code }) => code);
    return {
      kind: 'accept',
      draft: draftOf(identity),
      writes: {
        credentials: [
          { type: TYPE, config: configOf(codes, identity.id, keeping), identifiers: [ownIdentifier(identity.id)] },
        ],
        proof: { method: name, aal: 'aal2', completedAt: clock.now() },
      },
    };
  }

  return {
    method: name,
    flow: 'settings',
    pages: ['form', 'success', 'held'],
    changesFactors: true,
    // What a submit has put there; nothing is made for a page.
    keeps: { make: () => undefined },
    claims: (method, body) => (method === name || (method ?? '') === '') && askedIn(body).length > 0,
    guards: () => [],
    nodes: (view) => settingsNodes(view, reveal),
    attempt,
  };
}

/** The codes in clear, or why they are not shown. */
function openAgain(
  { reveal, keeping }: LookupSecretSettingsParts,
  { id }: Identity,
  credential: Credential | undefined,
): readonly ShownCode[] | string {
  if (!reveal) return 'Backup codes are shown once. Make new ones if you have lost them.';
  if (credential === undefined) return 'There are no backup codes.';
  const cannot = 'These backup codes cannot be shown again. Make new ones if you have lost them.';
  return openCodes(credential, id, keeping) ?? cannot;
}

const reject = (reason: string): Attempt => ({
  kind: 'reject',
  values: {},
  messages: [say(4000001, { reason })],
});

const askedIn = (body: Body): readonly Asks[] => ASKS.filter((asks) => pressed(body, buttonOf(asks)));

/** Sealed by `attempt`. */
const parseAsked = (value: Json | undefined): readonly Asks[] =>
  Array.isArray(value) ? ASKS.filter((asks) => (value as readonly Json[]).includes(asks)) : [];
