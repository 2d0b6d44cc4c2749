import type { MethodName } from '../../config/config.ts';
import { input, type Node } from '../../flow/json.ts';
import type { IdentityReads } from '../../identity/identity.ts';
import type { IdentitySchemas } from '../../identity/schema.ts';
import { bodyField, type Body } from '../../kernel/body.ts';
import type { FlowId } from '../../kernel/id.ts';
import type { Ids } from '../../kernel/random.ts';
import type { Digests } from '../ceremony/challenge.ts';
import type { RelyingParty } from '../ceremony/options.ts';
import type { PasskeySettings } from './settings-section.ts';

/** What the strategies of passkeys share. */
export interface PasskeyParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly schemas: IdentitySchemas;
  readonly identities: IdentityReads;
  readonly random: Ids;
  readonly settings: PasskeySettings;
  readonly party: RelyingParty;
  readonly digests: Digests;
  /** The page of a login. */
  readonly loginUrl: string;
  webAuthnScript(flow: FlowId): Node;
}

/** True when a submit brings the browser's answer in this field: the button's own value, which forms without script send, is none. */
export function brings(body: Body, field: string): boolean {
  const value = bodyField(body, field);
  return value !== undefined && value !== '' && value !== 'true';
}

/** The node by which a page begins a ceremony. An app has no script: it reads the options and asks its own system. */
export const triggerNode = (
  name: string,
  {
    type,
    run,
    ...more
  }: Pick<Parameters<typeof input>[3] & object, 'label' | 'value'> & {
    readonly type: 'browser' | 'api';
    /** A function of the script. */
    readonly run: string;
  },
): Node =>
  input('passkey', name, 'button', {
    ...more,
    ...(type === 'browser' && { onclick: `window.${run}()` }),
    onclickTrigger: run,
  });
