import { describe, expect, test } from 'vitest';
import type { PageContext } from '../../../pages/page.ts';
import { renderFlowHistory, type FlowHistory } from './flow-history.ts';
import type { FlowLine } from './flow-table.ts';
import { renderFlowsHome, type FlowsHome } from './home.ts';

const NASTY = '"><img src=x onerror=alert(1)><script>alert(1)</script>\'&';
const context: PageContext = {
  name: NASTY,
  base: '/console',
  assets: { style: '/assets/style.css', script: '/assets/page.js' },
  links: { home: 'javascript:alert(1)' },
};
const assets = { style: '/assets/flows.css', script: '/assets/flows.js' };
const at = '2026-11-25T23:00:00.000Z';
const linked = { id: NASTY, address: '/admin/identities/1' };

const line: FlowLine = {
  flow: NASTY,
  address: '/flows/1',
  title: NASTY,
  method: NASTY,
  outcome: 'refused',
  detail: NASTY,
  identity: linked,
  at,
  tookMs: 12.3,
};
const home: FlowsHome = {
  version: NASTY,
  places: [{ title: NASTY, text: NASTY, address: 'javascript:alert(1)' }],
  tabs: [{ kind: NASTY, title: NASTY, address: '/', count: 1, now: true }],
  picture: '<svg class="diagram"></svg>',
  states: [{ path: NASTY, title: NASTY }],
  figures: { states: { [NASTY]: { count: 2, median: 3 } }, ways: {} },
  list: {
    lines: [line],
    older: '/?before=1',
    newest: undefined,
    looked: 5_000,
    choices: { kinds: [NASTY], methods: [NASTY], hooks: [NASTY] },
    chosen: { kind: NASTY, method: 'gone', outcome: '', identity: NASTY, hook: '', slow: true, failed: false },
    flow: NASTY,
  },
  news: `/live?x=${NASTY}`,
};
const history: FlowHistory = {
  id: NASTY,
  title: NASTY,
  type: NASTY,
  begun: at,
  expires: at,
  stands: NASTY,
  identity: linked,
  typed: [NASTY],
  mails: [{ template: NASTY, status: NASTY, at, address: 'javascript:alert(1)' }],
  why: { text: NASTY, stopped: true },
  submits: [
    {
      at,
      method: NASTY,
      outcome: 'failed',
      detail: NASTY,
      session: linked,
      other: linked,
      steps: [
        {
          from: NASTY,
          fromTitle: NASTY,
          event: NASTY,
          eventTitle: NASTY,
          to: undefined,
          toTitle: undefined,
          failed: true,
          ms: 1,
          notes: [NASTY],
        },
      ],
    },
  ],
  picture: '<svg class="diagram"></svg>',
  step: 0,
};

const pages: readonly (readonly [string, string])[] = [
  ['all flows', renderFlowsHome(home, context, assets)],
  ['one flow', renderFlowHistory(history, context, assets)],
];

describe.each(pages)('the page of %s', (_name, page) => {
  test('lets nothing out of its place, whatever the data says', () => {
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/<script>/);
    expect(page).not.toMatch(/(?:href|src|action)="javascript:/);
    expect(page.match(/<script [^>]*>/g)).toEqual([
      '<script src="/console/assets/page.js" defer>',
      '<script src="/console/assets/flows.js" defer>',
    ]);
    expect(page).not.toMatch(/ style="|<style|\son\w+="/);
  });

  test('has a first heading, names for its parts, and a place for the keyboard in the picture', () => {
    expect(page.match(/<h1/g)).toHaveLength(1);
    expect(page).toMatch(/id="stage" class="stage" tabindex="0" role="region" aria-label="/);
    for (const [, id = ''] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(page).toContain(`id="${id}"`);
  });
});

test('a filter that is chosen stays chosen, also when nothing goes by that name any more', () => {
  const page = pages[0]?.[1] ?? '';
  expect(page).toContain('<option value="gone" selected>gone</option>');
  expect(page).toMatch(/name="slow" value="yes" checked/);
  expect(page).not.toMatch(/name="failed" value="yes" checked/);
});
