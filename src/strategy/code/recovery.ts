import type { MethodName } from '../../config/config.ts';
import { input } from '../../flow/json.ts';
import { say } from '../../kernel/messages.ts';
import type { Strategy, View } from '../strategy.ts';
import { createAddressCode, resendNode, type CodeParts } from './address-flow.ts';

/** A way back into an account by a code that was sent to its recovery address, or handed over by an administrator. */
export const createCodeRecovery = (parts: CodeParts): Strategy =>
  createAddressCode(
    {
      flow: 'recovery',
      purpose: 'recovery_code',
      templates: { known: 'recovery_code_valid', unknown: 'recovery_code_invalid' },
      sent: 1060003,
      wrong: 4060006,
      tellsExpiry: false,
      nodes,
    },
    parts,
  );

const button = (name: MethodName) => input('code', 'method', 'submit', { value: name, label: say(1070009) });

function nodes(view: View, name: MethodName) {
  if (view.page === 'address')
    return [input('code', 'email', 'email', { required: true, label: say(1070007) }), button(name)];
  // Handed over by an administrator: there is no address to send it to again.
  const byMail = view.values['email'] !== undefined;
  return [
    input('code', 'code', 'text', { required: true, pattern: '[0-9]+', maxlength: 6, label: say(1070010) }),
    ...(byMail ? [input('code', 'method', 'hidden', { value: name })] : []),
    button(name),
    ...resendNode(view),
  ];
}
