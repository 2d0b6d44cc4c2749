import type { MethodName } from '../../config/config.ts';
import { input } from '../../flow/json.ts';
import { say } from '../../kernel/messages.ts';
import type { Strategy, View } from '../strategy.ts';
import { createAddressCode, resendNode, type CodeParts } from './address-flow.ts';

/** Proves an address by the code that was sent to it. */
export const createCodeVerification = (parts: CodeParts): Strategy =>
  createAddressCode(
    {
      flow: 'verification',
      purpose: 'verification_code',
      templates: { known: 'verification_code_valid', unknown: 'verification_code_invalid' },
      sent: 1080003,
      wrong: 4070006,
      tellsExpiry: true,
      nodes,
    },
    parts,
  );

const button = (name: MethodName) => input('code', 'method', 'submit', { value: name, label: say(1070009) });

function nodes(view: View, name: MethodName) {
  if (view.page === 'address') {
    const email = view.values['email'];
    const typed = typeof email === 'string' && email !== '' ? { value: email } : {};
    return [input('code', 'email', 'email', { ...typed, required: true, label: say(1070007) }), button(name)];
  }
  return [
    input('code', 'method', 'hidden', { value: name }),
    input('code', 'code', 'text', {
      ...(view.prefilled !== undefined && { value: view.prefilled }),
      required: true,
      label: say(1070011),
    }),
    button(name),
    ...resendNode(view),
  ];
}
