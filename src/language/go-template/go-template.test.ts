import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../kernel/json.ts';
import { compileGoTemplate } from './compile.ts';
import { TemplateFault } from './lex.ts';

const data: JsonObject = {
  to: 'ada@shop.example',
  login_code: '012345',
  expires_in_minutes: 15,
  recovery_url: 'https://id.example/self-service/recovery?flow=1&token=a b',
  identity: {
    traits: { name: 'Ada <b> & "Co"', tags: ['x', 'y'], address: { city: 'Bonn' }, evil: 'javascript:alert(1)' },
    metadata_public: null,
  },
  transient_payload: {},
};

const write = (text: string, html = false, partials: readonly string[] = []): string =>
  compileGoTemplate({ text, partials, html })(data);

/** What is refused, and at which offset. */
function fault(text: string, html = false): readonly [string, number] {
  try {
    write(text, html);
  } catch (error) {
    if (error instanceof TemplateFault) return [error.message, error.at];
  }
  throw new Error('It was accepted.');
}

describe('text', () => {
  test.each<[string, string]>([
    ['plain', 'plain'],
    ['{{ .LoginCode }} is your code', '012345 is your code'],
    ['{{.Identity.traits.name}}', 'Ada <b> & "Co"'],
    ['{{ .Identity.traits.nobody.at.all }}|', '|'],
    ['{{ .Identity.metadata_public.x }}|', '|'],
    ['a {{- .LoginCode -}} b', 'a012345b'],
    ['a\n{{- /* nothing }} here */ -}}\nb', 'ab'],
    ['{{ if .TransientPayload }}yes{{ else }}no{{ end }}', 'no'],
    ['{{ if not .TransientPayload }}a{{ else if true }}b{{ end }}', 'a'],
    ['{{ if false }}a{{ else if .LoginCode }}b{{ else }}c{{ end }}', 'b'],
    ['{{ if false }}a{{ else if false }}b{{ else }}c{{ end }}d', 'cd'],
    ['{{ with .Identity.traits.address }}{{ .city }} {{ $.LoginCode }}{{ end }}', 'Bonn 012345'],
    ['{{ with $c := .LoginCode }}{{ $c }}{{ end }}', '012345'],
    ['{{ range .Identity.traits.tags }}[{{ . }}]{{ else }}none{{ end }}', '[x][y]'],
    ['{{ range $i, $t := .Identity.traits.tags }}{{ $i }}{{ $t }}{{ end }}', '0x1y'],
    ['{{ range .Identity.traits.none }}x{{ else }}none{{ end }}', 'none'],
    ['{{ $x := 1 }}{{ if true }}{{ $x = add $x 2 }}{{ end }}{{ $x }}', '3'],
    ['{{ define "greet" }}Hi {{ .name }}{{ end }}{{ template "greet" .Identity.traits }}', 'Hi Ada <b> & "Co"'],
    ['{{ block "b" .Identity.traits.address }}{{ .city }}{{ end }}', 'Bonn'],
    ['{{ .LoginCode | printf "%s-%d" "a" | upper }}', 'A-012345'.replace('012345', '12345')],
    ['{{ printf "%05.2f %q %v %t %%" 3.14159 "x" 7 true }}', '03.14 "x" 7 true %'],
    ['{{ index .Identity.traits "tags" 1 }}{{ index .Identity.traits.tags 9 }}', 'y'],
    ['{{ (index .Identity.traits "address").city }}', 'Bonn'],
    ['{{ default "you" .Identity.traits.nick }} {{ .Identity.traits.nick | default "you" }}', 'you you'],
    ['{{ if and (eq .ExpiresInMinutes 15) (or false (ne "a" "b")) }}ok{{ end }}', 'ok'],
    ['{{ eq "de" "en" "de" }} {{ lt 1 2 }} {{ ge "b" "a" }}', 'true true true'],
    ['{{ "a\\tb" }}{{ `raw "x"` }}', 'a\tbraw "x"'],
    ['{{ .Identity.traits.tags }} {{ .Identity.traits.address }}', '[x y] map[city:Bonn]'],
    ['{{ "}}" }}', '}}'],
  ])('%j gives %j', (text, expected) => {
    expect(write(text)).toBe(expected);
  });

  test('pieces may stand in files beside it', () => {
    const partials = ['ignored{{ define "de" }}Dein Code: {{ .LoginCode }}{{ end }}'];
    expect(write('{{ if eq "de" "de" }}{{ template "de" . }}{{ end }}', false, partials)).toBe('Dein Code: 012345');
  });

  test('a template that includes itself ends', () => {
    expect(() => write('{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}')).toThrow(/without end/);
  });

  test('nothing of a prototype can be reached', () => {
    expect(write('{{ .Identity.constructor }}{{ .Identity.__proto__.x }}{{ index .Identity "toString" }}|')).toBe('|');
  });
});

describe('what cannot be done is refused where it stands', () => {
  test.each<[string, string, number]>([
    ['ab {{ .LoginCode', '{{ has no }}', 3],
    ['{{ if .To }}x', '{{ if }} has no {{ end }}', 2],
    ['x{{ end }}', '{{ end }} without a beginning', 3],
    ['{{ else }}', '{{ else }} without a beginning', 2],
    ['{{ if .To }}{{ else }}{{ else }}{{ end }}', '{{ else }} does not belong here', 24],
    ['{{ .Logincode }}', '.Logincode is not known', 3],
    ['{{ $.Nothing }}', '.Nothing is not known', 3],
    ['{{ env "HOME" }}', 'the function env is not supported', 3],
    ['{{ .To | now }}', 'the function now is not supported', 9],
    ['{{ range .To }}{{ break }}{{ end }}', '{{ break }} is not supported', 17],
    ['{{ template "x" . }}', '{{ template "x" }} is not defined anywhere', 2],
    ['{{ .To "x" }}', 'a value takes no arguments', 3],
    ['{{ .To | "x" }}', 'what stands behind | must be a function', 2],
    ['{{ }}', 'something is missing in the action', 2],
    ['{{ "abc }}', 'a string has no end', 3],
    ['{{ (.To }}', 'a ) is missing', 3],
    ['{{ .To ] }}', '"]" is not understood', 7],
    ['{{/* x', 'a comment has no end', 0],
    ['{{ if }}x{{ end }}', 'something is missing in the action', 2],
  ])('%j', (text, problem, at) => {
    const [message, offset] = fault(text);
    expect(message).toContain(problem);
    expect(offset).toBe(at);
  });
});

describe('comments in HTML', () => {
  test.each<[string, string]>([
    ['a<!-- b > "c" -->{{ .LoginCode }}', 'a012345'],
    ['a<!-- {{ .To }} {{ template "x" . }}{{ if .To }}y{{ end }} -->b{{ define "x" }}z{{ end }}', 'ab'],
    ['a<!-->b<!--->c<!-- d --!>e', 'abce'],
    ['a<!-- {{ $x := 1 }} -->{{ $x }}', 'a1'],
    ['a<!-- b', 'a'],
    ['<p title="<!-- kept -->">', '<p title="<!-- kept -->">'],
    ['<title><!-- kept --></title>', '<title><!-- kept --></title>'],
    ['<style>a { /* b */ color: red /**/ }</style>', '<style>a {   color: red   }</style>'],
    ['<style>a::after { content: "/* kept */" }</style>', '<style>a::after { content: "/* kept */" }</style>'],
    ["<style>a { b: url('/*x*/') }</style>", "<style>a { b: url('/*x*/') }</style>"],
    ['<style>a { b: url( /*x*/y.png) }</style>', '<style>a { b: url( /*x*/y.png) }</style>'],
    ['<style>/* {{ .To }} */ a { b: c }</style>d', '<style>  a { b: c }</style>d'],
    ['<style>/* a', '<style> '],
  ])('%s', (text, expected) => {
    expect(write(text, true)).toBe(expected);
  });

  test.each([
    '<!--[if mso]><table><tr><td><![endif]-->x<!--[if mso]></td></tr></table><![endif]-->',
    '<!--[if !mso]><!--><p>x</p><!--<![endif]-->',
    '<!--[if !mso]><!-- --><p>x</p><!-- <![endif]-->',
    '<!--[if (gte mso 9)|(IE)]><style>a { b: c }</style><![endif]-->',
    '<![if !mso]><p>x</p><![endif]>',
  ])('a condition stays: %s', (text) => {
    expect(write(text, true)).toBe(text);
  });

  test('a value in a condition is escaped by where it stands, and comments in it go', () => {
    const text = '<!--[if mso]><!-- a --><v:rect href="{{ .RecoveryURL }}">{{ .Identity.traits.name }}<![endif]-->';
    expect(write(text, true)).toBe(
      '<!--[if mso]><v:rect href="https://id.example/self-service/recovery?flow=1&amp;token=a%20b">Ada &lt;b&gt; &amp; &#34;Co&#34;<![endif]-->',
    );
    expect(fault('<!--[if mso]><p onclick="{{ .To }}"><![endif]-->', true)[0]).toContain('onclick');
  });

  test('plain text has none', () => {
    expect(write('<!-- a --> /* b */')).toBe('<!-- a --> /* b */');
  });
});

describe('HTML', () => {
  const name = 'Ada &lt;b&gt; &amp; &#34;Co&#34;';
  test.each<[string, string]>([
    ['<p>{{ .Identity.traits.name }}</p>', `<p>${name}</p>`],
    ['<title>{{ .Identity.traits.name }}</title>', `<title>${name}</title>`],
    ['<p title="{{ .Identity.traits.name }}">', `<p title="${name}">`],
    [
      "<a class='x' href='{{ .RecoveryURL }}'>",
      "<a class='x' href='https://id.example/self-service/recovery?flow=1&amp;token=a%20b'>",
    ],
    ['<a href="{{ .Identity.traits.evil }}">', '<a href="#blocked">'],
    [
      '<a href="https://x.example/?to={{ .To }}&n={{ .Identity.traits.name }}">',
      '<a href="https://x.example/?to=ada%40shop.example&n=Ada%20%3Cb%3E%20%26%20%22Co%22">',
    ],
    ['<a href="https://x.example/{{ .LoginCode }}">', '<a href="https://x.example/012345">'],
    ['<style>a { color: red }</style>{{ .LoginCode }}', '<style>a { color: red }</style>012345'],
    ['{{ if .To }}<b>{{ else }}<b>{{ end }}x</b>', '<b>x</b>'],
    ['a < {{ .LoginCode }} >', 'a < 012345 >'],
    ['<p>{{ range .Identity.traits.tags }}<i>{{ . }}</i>{{ end }}</p>', '<p><i>x</i><i>y</i></p>'],
  ])('%s', (text, expected) => {
    expect(write(text, true)).toBe(expected);
  });

  test.each<[string, string]>([
    ['<script>var a = "{{ .To }}"</script>', 'inside <script>'],
    ['<style>a { color: {{ .To }} }</style>', 'inside <style>'],
    ['<p onclick="{{ .To }}">', 'the attribute onclick'],
    ['<p style="color:{{ .To }}">', 'the attribute style'],
    ['<p class={{ .To }}>', 'needs quotes'],
    ['<p {{ .To }}>', 'a quoted attribute'],
    ['{{ if .To }}<a href="{{ end }}">', 'different places'],
    ['{{ define "x" }}<a href="{{ end }}', 'ends inside a tag'],
    ['<a href="{{ template "x" . }}">{{ define "x" }}y{{ end }}', 'stands inside a tag'],
  ])('%s is not made safe by wishing', (text, problem) => {
    expect(fault(text, true)[0]).toContain(problem);
  });
});
