import type { MethodName } from '../../config/config.ts';
import { input, type InputType, type Node } from '../../flow/json.ts';
import type { Credential, IdentityReads } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import type { FlowId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { WireMessage } from '../../flow/json.ts';
import type { AuthenticatorRules } from '../ceremony/authenticator-rules.ts';
import type { Digests } from '../ceremony/challenge.ts';
import type { RelyingParty } from '../ceremony/options.ts';
import { storedKeys, type StoredKey } from '../ceremony/stored-key.ts';

/** The type of the credential. */
export const TYPE = 'webauthn';
/** Milliseconds that a browser waits for its person, as in the reference. */
export const TIMEOUT = 120_000;

/** What the strategies of security keys share. */
export interface WebAuthnParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  readonly party: RelyingParty;
  readonly authenticators: AuthenticatorRules;
  /** Keys are the first factor; else the second. */
  readonly passwordless: boolean;
  readonly digests: Digests;
  webAuthnScript(flow: FlowId): Node;
}

/** The keys of a credential that were made for the mode the server is in: those of the other one prove nothing now. */
export const keysInUse = (
  credential: Pick<Credential, 'config'> | undefined,
  { passwordless }: Pick<WebAuthnParts, 'passwordless'>,
): readonly StoredKey[] =>
  credential === undefined ? [] : storedKeys(credential).filter((key) => key.passwordless === passwordless);

/** The field into which the script writes the browser's answer. */
export const answerNode = (name: string): Node => input(TYPE, name, 'hidden' satisfies InputType, { value: '' });

/** The button that asks the browser; `run` is a function of the script, which is handed the options. */
export function triggerNode(
  name: string,
  { options, run, label }: { readonly options: JsonObject; readonly run: string; readonly label: WireMessage },
): Node {
  const value = JSON.stringify(options);
  return input(TYPE, name, 'button', { value, label, onclick: `window.${run}(${value})`, onclickTrigger: run });
}
