import { describe, expect, test } from 'vitest';
import type { Node, TextAttributes, WireMessage } from '../flow/json.ts';
import type { JsonObject } from '../kernel/json.ts';
import { moment, say } from '../kernel/messages.ts';
import { toText } from './html.ts';
import { secretText } from './secret-text.ts';
import { english } from './texts.ts';

const drawn = (text: WireMessage): string => {
  const attributes: TextAttributes = { text, id: 'a_text', node_type: 'text' };
  const node: Node = { type: 'text', group: 'totp', attributes, messages: [], meta: { label: say(1050010) } };
  return toText(secretText(node, attributes, english, []));
};

test('the secret of an app stands in groups of four', () => {
  expect(drawn(say(1050006, { secret: 'GEZDGNBVGY3TQOJQ' }))).toContain('<code>GEZD GNBV GY3T QOJQ</code>');
  expect(drawn({ ...say(1050008), text: 'Something else' })).toContain('<code>Something else</code>');
});

describe('backup codes', () => {
  const entry = ({ id, text, type, context = {} }: WireMessage): JsonObject => ({ id, text, type, context });
  const secrets = [
    entry(say(1050009, { secret: 'abcd1234' })),
    entry(say(1050014, moment('used_at', Date.UTC(2026, 0, 1)))),
  ];
  const page = drawn(say(1050015, { secrets }));

  test('are a list, of which the used ones are told apart', () => {
    expect(page).toMatch(/<li>\s*abcd1234\s*<\/li>/);
    expect(page).toMatch(/<li class="used">\s*This code was used on/);
    expect(page).toContain(english.codes.hint);
  });

  test('can be copied, printed and saved, where the script shows the buttons, none of which sends the form', () => {
    expect(page).toMatch(/class="buttons row keep" hidden/);
    for (const action of ['copy', 'print', 'save'])
      expect(page).toContain(`<button type="button" class="second" data-keep="${action}">`);
  });
});
