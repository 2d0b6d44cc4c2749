import { expect, test } from 'vitest';
import { attributes, html, safeUrl, toText } from './html.ts';

const NASTY = `</p><script>alert("1")</script>' onload='x' & <!--`;
const SAFE = '&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload=&#39;x&#39; &amp; &lt;!--';

test('what is put into a page is escaped, in text, attributes and lists', () => {
  expect(toText(html`<p title="${NASTY}">${[NASTY, 7]}</p>`)).toBe(`<p title="${SAFE}">${SAFE}7</p>`);
});

test('markup made here is not escaped again', () => {
  expect(toText(html`<b>${['a', '<i>'].map((item) => html`<u>${item}</u>`)}</b>`)).toBe(
    '<b><u>a</u><u>&lt;i&gt;</u></b>',
  );
});

test('nothing is drawn for what is not there', () => expect(toText(html`a${undefined}${false}${[]}b`)).toBe('ab'));

test('data that looks like markup is no markup', () => {
  // What a cast somewhere else could let through: it must not come out as it is.
  const forged: unknown = JSON.parse('[{"markup":"<script>"}]');
  expect(() => toText(html`${forged as string[]}`)).toThrow(TypeError);
});

test('attributes are quoted and escaped; true is a bare name, false and undefined are left out', () => {
  expect(toText(attributes({ value: NASTY, required: true, disabled: false, pattern: undefined, width: 3 }))).toBe(
    ` value="${SAFE}" required width="3"`,
  );
});

test.each(['https://a.example/x?y=1#z', 'http://127.0.0.1:4433/', '/self-service/login/browser'])(
  '%s may be followed',
  (address) => expect(safeUrl(address)).toBe(address),
);

test.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>',
  'vbscript:x',
  'blob:https://a.example/x',
  '//evil.example/x',
  '/\\evil.example',
  '/\t/evil.example',
  'evil.example',
  '',
])('%j may not', (address) => expect(safeUrl(address)).toBeUndefined());
