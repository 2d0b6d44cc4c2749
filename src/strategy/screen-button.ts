import { input, type Group, type Node } from '../flow/json.ts';
import { say } from '../kernel/messages.ts';

/** The button that leads from one page of a registration in two steps to another. */
export const screenButton = (group: Group, value: 'previous' | 'credential-selection'): Node =>
  input(group, 'screen', 'submit', { value, label: say(1040008) });
