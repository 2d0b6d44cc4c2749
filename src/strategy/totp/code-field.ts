import { comparedText, decode } from '../decode.ts';
import { codeTyped } from '../code-typed.ts';
import type { Body } from '../strategy.ts';

/** The code of a body, as it is compared; empty where there is none. */
export const codeIn = (body: Body): string =>
  codeTyped(comparedText(decode(body, [{ name: 'totp_code', type: 'string' }]), 'totp_code'));
