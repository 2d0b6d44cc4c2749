import { expect, test } from 'vitest';
import type { Chart, ChartState } from '../flow/chart.ts';
import { closedAtFirst, closedBy } from './collapse.ts';
import { drawDot } from './dot.ts';
import { layOut } from './lay-out.ts';
import { drawMermaid } from './mermaid.ts';
import { planOf } from './plan.ts';
import { wrap } from './size.ts';
import { writeSvg } from './svg.ts';

const leaf = (path: string, more: Partial<ChartState>): ChartState => ({
  path,
  key: path.split('.').at(-1) ?? path,
  role: 'hook',
  tag: undefined,
  phase: undefined,
  title: path,
  detail: undefined,
  step: undefined,
  wire: undefined,
  initial: undefined,
  states: [],
  dead: [],
  ...more,
});

const DEAD = {
  name: 'late',
  list: 'login.after.password',
  detail: undefined,
  reason: 'it stands after an end',
  place: undefined,
};
const CHART: Chart = {
  kind: 'login',
  title: 'Login',
  shape: '0123456789abcdef',
  initial: 'opening',
  states: [
    leaf('opening', { role: 'opening' }),
    leaf('form', {
      role: 'page',
      initial: 'form.waiting',
      states: [
        leaf('form.waiting', { role: 'waiting', tag: 'rest', title: 'waits for the person' }),
        leaf('form.password', {
          role: 'lane',
          initial: 'form.password.write.web_hook~2',
          dead: [DEAD],
          states: [
            leaf('form.password.write', {
              role: 'box',
              tag: 'write',
              phase: 'write',
              title: 'one transaction',
              initial: 'form.password.write.web_hook~2',
              states: [
                leaf('form.password.write.web_hook~2', { title: '<b>"&\'', detail: 'to: https://a.example/?a&b' }),
              ],
            }),
          ],
        }),
      ],
    }),
    leaf('done', { role: 'final' }),
    leaf('refused', { role: 'final' }),
  ],
  ways: [
    { from: 'opening', event: 'open', target: 'form.waiting', to: 'form.waiting', actions: [] },
    {
      from: 'form.waiting',
      event: 'submit',
      target: 'form.password',
      to: 'form.password.write.web_hook~2',
      actions: [],
    },
    { from: 'form.password.write.web_hook~2', event: 'hook.continue', target: 'done', to: 'done', actions: [] },
    {
      from: 'form.password.write.web_hook~2',
      event: 'hook.fail',
      target: 'form.waiting',
      to: 'form.waiting',
      actions: ['again'],
    },
    {
      from: 'form.password.write.web_hook~2',
      event: 'odd: event',
      target: 'form.waiting',
      to: 'form.waiting',
      actions: [],
    },
  ],
  dead: [],
};

test('SVG: every state and arrow can be found, texts are escaped, everything lies within the picture', async () => {
  const plan = planOf(CHART);
  const layout = await layOut(plan, false);
  const svg = writeSvg(plan, layout, { alone: true, counted: false });
  for (const path of [
    'opening',
    'form.waiting',
    'form.password.write.web_hook~2',
    'done',
    'refused',
    'form.password.dead0',
  ])
    expect(svg.match(new RegExp(`id="s-${path.replaceAll('.', '\\.')}"`, 'g')) ?? []).toHaveLength(1);
  expect(svg.match(/<path class="line"/g)).toHaveLength(5);
  expect(svg).toContain('data-from="form.password.write.web_hook~2" data-to="form.waiting" data-events="hook.fail"');
  expect(svg).toContain('&lt;b&gt;&quot;&amp;&#39;');
  expect(svg).not.toContain('<b>');
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="Login: how a flow may go"[\s\S]*<title>[\s\S]*<desc>/);
  for (const { x, y, width, height } of layout.boxes.values()) {
    expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(layout.width);
    expect(y + height).toBeLessThanOrEqual(layout.height);
  }
});

test('SVG: arrows begin at the state they leave and end at the one they lead to, ways back included', async () => {
  const plan = planOf(CHART);
  const { boxes, lines } = await layOut(plan, true);
  plan.lines.forEach(({ from, to }, i) => {
    const points = lines[i]?.points ?? [];
    for (const [path, point] of [
      [from, points[0]],
      [to, points.at(-1)],
    ] as const) {
      const box = boxes.get(path);
      if (box === undefined || point === undefined) throw new Error(`no place for ${path}`);
      expect(point.x).toBeGreaterThanOrEqual(box.x - 1);
      expect(point.x).toBeLessThanOrEqual(box.x + box.width + 1);
      expect(Math.min(Math.abs(point.y - box.y), Math.abs(point.y - box.y - box.height))).toBeLessThanOrEqual(1);
    }
  });
  expect(lines).toHaveLength(plan.lines.length);
});

test('SVG: the same machine is the same text', async () => {
  const draw = async (): Promise<string> => {
    const plan = planOf(CHART);
    return writeSvg(plan, await layOut(plan, true), { alone: false, counted: true, toggle: (path) => `?open=${path}` });
  };
  const first = await draw();
  expect(await draw()).toBe(first);
  expect(first).toContain('data-toggle="form.password"');
  expect(first).not.toContain('<style>');
});

test('Mermaid: every state, every arrow, the dead entry in grey; nothing its grammar would stumble over', () => {
  expect(drawMermaid(planOf(CHART))).toBe(`stateDiagram-v2
  [*] --> opening
  state "opening" as opening
  state "form" as form_box {
    state "waits for the person" as form_waiting
    state "form.password" as form_password_box {
      state "one transaction" as form_password_write_box {
        state "<b>'&' – to: https://a.example/?a&b" as form_password_write_web__hook_126_2
      }
      state "late – never runs: it stands after an end" as form_password_dead0
    }
  }
  state "done" as done
  state "nothing leads here" as idle_box {
    state "refused" as refused
  }
  opening --> form_waiting: opened
  form_waiting --> form_password_write_web__hook_126_2: submit
  form_password_write_web__hook_126_2 --> done: continue
  form_password_write_web__hook_126_2 --> form_waiting: fail
  form_password_write_web__hook_126_2 --> form_waiting: odd event
  done --> [*]
  classDef never fill:#eee,stroke:#999,color:#777,stroke-dasharray:4 3
  class form_password_dead0 never
`);
});

test('DOT: every state and arrow, quotes escaped, the transaction in its frame', () => {
  const dot = drawDot(planOf(CHART));
  expect(dot).toContain('"form.waiting" -> "form.password.write.web_hook~2" [label="submit"];');
  expect(dot).toContain('label="<b>\\"&\'\\nto: https://a.example/?a&b"');
  expect(dot).toContain('subgraph "cluster_form.password.write"');
  expect(dot.match(/->/g)).toHaveLength(5);
  expect(dot.match(/style=dashed, color/g)).toHaveLength(1);
  expect(dot.split('{').length).toBe(dot.split('}').length);
});

test('what is closed is one box that says what is in it', () => {
  const { shapes, lines } = planOf(CHART, new Set(['form.password']));
  const [, form] = shapes;
  expect(form?.shapes.map(({ path, open, detail }) => ({ path, open, detail }))).toEqual([
    { path: 'form.waiting', open: undefined, detail: undefined },
    { path: 'form.password', open: false, detail: 'web_hook~2, 1 never runs' },
  ]);
  expect(lines.map(({ from, to, label }) => `${from} ${to} ${label}`)).toEqual([
    'opening form.waiting opened',
    'form.waiting form.password submit',
    'form.password done continue',
    'form.password form.waiting fail',
    'form.password form.waiting odd: event',
  ]);
});

test('words of --collapse mean kinds of boxes or one of them; others are told', () => {
  expect(closedBy(CHART, ['lanes'])).toEqual(new Set(['form.password']));
  expect(closedBy(CHART, ['boxes', 'form'])).toEqual(new Set(['form.password.write', 'form']));
  expect(closedBy(CHART, ['form.nothing'])).toEqual({ unknown: 'form.nothing' });
});

test('a picture of many states begins with the lanes of its later pages closed, a small one whole', () => {
  const page = (key: string): ChartState => {
    const steps = Array.from({ length: 28 }, (_, i) => leaf(`${key}.m.s${i}`, {}));
    return leaf(key, { role: 'page', states: [leaf(`${key}.m`, { role: 'lane', states: steps })] });
  };
  expect(closedAtFirst(CHART)).toEqual(new Set());
  expect(closedAtFirst({ ...CHART, states: [page('form'), page('second')] })).toEqual(new Set(['second.m']));
});

test('long details are broken into lines, and a word that is too long anywhere', () => {
  expect(wrap('one two three four five six', 80)).toEqual(['one two three', 'four five six']);
  expect(wrap('a'.repeat(30), 80).join('')).toBe('a'.repeat(30));
  expect(wrap('', 80)).toEqual([]);
});
