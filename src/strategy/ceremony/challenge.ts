import type { FlowId, IdentityId } from '../../kernel/id.ts';

/** What a challenge is for: none of one ceremony is taken by another. */
export type CeremonyName = 'registration' | 'enrolment' | 'second_factor' | 'sign_in' | 'discovery';

/** Where a ceremony takes place. Times in epoch milliseconds. */
export interface CeremonyPlace {
  readonly ceremony: CeremonyName;
  /** The method, so that two on one page have a challenge each. */
  readonly method: string;
  readonly flowId: FlowId;
  /** Whose key is made or asked for, where that is known. */
  readonly identityId: IdentityId | undefined;
  /** Of a flow in which one person makes several keys: the challenge ends with what is stored. Otherwise 0. */
  readonly revision: number;
  readonly begunAt: number;
  readonly now: number;
}

/** A challenge, and the random name that a new credential is given with it. */
export interface Issued {
  /** 32 bytes, base64url. */
  readonly challenge: string;
  /** 32 bytes, the same for every challenge of this flow and revision: a page that was shown earlier has it, too. */
  readonly handle: Buffer;
}

/** The keyed digests of a text, `<key id>:<64 hexadecimal digits>`: one for each secret, the newest first. */
export type Digests = (purpose: string, text: string) => readonly string[];

/** A challenge is shown for so long, and taken for twice that: the page that shows it last has two and a half minutes. */
const WINDOW = 150_000;
/** The life of a challenge that stands in a login page for whoever comes (security WA-1). */
const LONGEST = 60 * 60_000;

/**
 * The challenges that are taken now; the first one is shown. Nothing is stored, so that a page can be shown and renewed without a
 * write: a challenge is a keyed digest of the flow, the ceremony, the person and the time since the flow began, which nobody can
 * know without the key (security WA-1). It lives for at most five minutes; one of `discovery`, which waits in a login page for a
 * passkey, as long as its flow, and an hour at most. What uses it up is the flow: it goes on when an answer is taken. Empty: none
 * is taken any more. Why not stored: docs/decisions/0064.
 */
export function issueChallenges(digests: Digests, place: CeremonyPlace): readonly Issued[] {
  const { ceremony, method, flowId, identityId = '', revision, begunAt, now } = place;
  const age = Math.max(0, now - begunAt);
  const about = [method, flowId, identityId, revision];
  const windows = windowsOf(ceremony, age);
  const handles = digests(`webauthn/${ceremony}/handle`, JSON.stringify(about));
  return windows.flatMap((window) =>
    digests(`webauthn/${ceremony}/challenge`, JSON.stringify([...about, window])).map((digest, i) => ({
      challenge: bytesOf(digest).toString('base64url'),
      handle: bytesOf(handles[i] ?? ''),
    })),
  );
}

/** Where a ceremony takes place, as pages and submits know it. */
export type Place = Pick<CeremonyPlace, 'flowId' | 'begunAt' | 'now'>;

/** The challenges of a page that are taken now, of one ceremony of a method and one person. */
export const challengesOf = (
  { name, digests }: { readonly name: string; readonly digests: Digests },
  { flowId, begunAt, now }: Place,
  about: {
    readonly ceremony: CeremonyName;
    readonly person: { readonly id: IdentityId } | undefined;
    readonly revision?: number;
  },
): readonly Issued[] =>
  issueChallenges(digests, {
    ceremony: about.ceremony,
    method: name,
    flowId,
    identityId: about.person?.id,
    revision: about.revision ?? 0,
    begunAt,
    now,
  });

function windowsOf(ceremony: CeremonyName, age: number): readonly number[] {
  if (ceremony === 'discovery') return age < LONGEST ? [0] : [];
  const window = Math.floor(age / WINDOW);
  return window === 0 ? [0] : [window, window - 1];
}

const bytesOf = (digest: string): Buffer => Buffer.from(digest.slice(digest.indexOf(':') + 1), 'hex');
