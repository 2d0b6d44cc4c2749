import type { CredentialWire } from '../../identity/credential-wire.ts';
import { SallyportError } from '../../kernel/error.ts';
import { ownIdentifier } from '../../identity/identifier.ts';
import type { CredentialSealing } from '../credential-sealing.ts';
import { CODE_LENGTH } from './one-time-password.ts';
import { configOf, TYPE, uriOf } from './stored-uri.ts';

/** Characters of a key URI. */
const LONGEST = 2_048;
const ALGORITHMS: ReadonlySet<string> = new Set(['SHA1', 'SHA256', 'SHA512']);

/** An administrator sees the key URI in clear, and brings one in clear; it is sealed for its owner. */
export const totpWire = (sealing: CredentialSealing): CredentialWire => ({
  type: TYPE,
  shown(config, owner) {
    const uri = uriOf({ config }, owner, sealing);
    return uri === undefined ? {} : { totp_url: uri };
  },
  members: ['totp_url'],
  read({ totp_url: uri }) {
    if (typeof uri !== 'string' || uri.length > LONGEST || !isKeyUri(uri))
      throw new SallyportError(
        'bad_request',
        `credentials.totp.config.totp_url is no otpauth:// URI of a key with a secret in base32 and ${CODE_LENGTH} digits.`,
      );
    // In the index a credential is found by its owner, because it names nobody else.
    return ({ owner }) => ({ config: configOf(uri, owner, sealing), identifiers: [ownIdentifier(owner)] });
  },
});

/** The form that authenticator apps read (Key Uri Format); what it leaves out has its usual value. */
function isKeyUri(text: string): boolean {
  const uri = URL.parse(text);
  if (uri?.protocol !== 'otpauth:' || uri.host !== 'totp') return false;
  const read = (name: string, usual: string): string => uri.searchParams.get(name) ?? usual;
  const period = Number(read('period', '30'));
  return (
    /^[A-Z2-7]{16,128}=*$/i.test(read('secret', '')) &&
    ALGORITHMS.has(read('algorithm', 'SHA1').toUpperCase()) &&
    read('digits', `${CODE_LENGTH}`) === `${CODE_LENGTH}` &&
    Number.isInteger(period) &&
    period >= 15 &&
    period <= 300
  );
}
