/* global document, location, history, EventSource, DOMParser, matchMedia, CSS, addEventListener */
// The flows pages: lights what happens, opens and closes boxes, goes through a flow's steps. Everything here is comfort:
// without it the same pages work by their links.
'use strict';

const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
/** Rows the list may grow to; older ones leave it. */
const MOST_ROWS = 50;
/** How long a way stays lit, in milliseconds. */
const LIT_FOR = 4000;

const stage = document.getElementById('stage');
const quoted = (text) => CSS.escape(text);

/** The state itself or, where it is drawn closed, the box that it is in. */
function shown(path) {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const found = stage.querySelector(`.state[data-state="${quoted(at)}"]`);
    if (found) return found;
  }
  return null;
}

function waysOf({ from, event, to }) {
  const [start, end] = [shown(from), shown(to)];
  if (!start || !end) return [];
  const ends = `[data-from="${quoted(start.dataset.state)}"][data-to="${quoted(end.dataset.state)}"]`;
  return [...stage.querySelectorAll(ends)].filter((each) => each.dataset.events.split(' ').includes(event));
}

const lit = new Map();
function light(element, kind) {
  if (!element) return;
  element.classList.add(kind);
  clearTimeout(lit.get(element));
  lit.set(
    element,
    setTimeout(() => {
      element.classList.remove('lit', 'here', 'failed');
      lit.delete(element);
    }, LIT_FOR),
  );
}

/** One after the other, so that the eye can follow; at once for those who want no motion. */
function lightMoves(moves) {
  moves.forEach((move, i) => {
    setTimeout(
      () => {
        const to = move.to ?? move.from;
        light(shown(move.from), 'lit');
        for (const way of waysOf({ ...move, to })) light(way, 'lit');
        light(shown(to), move.failed ? 'failed' : i === moves.length - 1 ? 'here' : 'lit');
      },
      calm ? 0 : i * 110,
    );
  });
}

function showFigures({ states, ways }) {
  for (const state of stage.querySelectorAll('.state')) {
    const slot = state.querySelector('.count');
    if (slot) slot.textContent = states[state.dataset.state]?.text ?? '';
  }
  for (const label of stage.querySelectorAll('.label')) {
    const slot = label.querySelector('.count');
    if (!slot) continue;
    const sum = label.dataset.events
      .split(' ')
      .reduce((n, event) => n + (ways[`${label.dataset.from} ${event}`] ?? 0), 0);
    slot.textContent = sum > 0 ? `${sum}×` : '';
  }
  for (const row of document.querySelectorAll('#figures tbody tr')) {
    const figure = states[row.dataset.state];
    row.cells[1].textContent = figure?.count ?? 0;
    row.cells[2].textContent = figure?.median ?? '–';
  }
}

function addRow(html) {
  const list = document.getElementById('flows');
  const holder = document.createElement('tbody');
  holder.innerHTML = html;
  const row = holder.firstElementChild;
  if (!list || !row) return;
  list.querySelector(`[data-flow-id="${quoted(row.dataset.flowId)}"]`)?.remove();
  row.classList.add('new');
  setTimeout(() => row.classList.remove('new'), LIT_FOR);
  list.prepend(row);
  document.querySelector('.none')?.remove();
  while (list.rows.length > MOST_ROWS) list.rows[list.rows.length - 1].remove();
}

function listen(section) {
  const badge = document.getElementById('live');
  const source = new EventSource(section.dataset.news);
  const say = (live) => {
    badge.textContent = live ? section.dataset.live : section.dataset.still;
    badge.className = `badge ${live ? 'good' : 'open'}`;
  };
  source.addEventListener('open', () => say(true));
  source.addEventListener('error', () => say(false));
  source.addEventListener('moves', ({ data }) => lightMoves(JSON.parse(data)));
  source.addEventListener('row', ({ data }) => addRow(JSON.parse(data)));
  source.addEventListener('figures', ({ data }) => showFigures(JSON.parse(data)));
  source.addEventListener('tallies', ({ data }) => {
    for (const [kind, count] of Object.entries(JSON.parse(data))) {
      const slot = document.querySelector(`.tabs [data-kind="${quoted(kind)}"] .tally`);
      if (slot) slot.textContent = count;
    }
  });
  addEventListener('pagehide', () => source.close());
}

/** Opens or closes a box in place; the address follows, so that reloading and sharing keep it. */
async function toggle(link) {
  const { href } = link;
  const path = link.dataset.toggle;
  stage.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(href, { headers: { accept: 'text/html' } });
    if (!answer.ok) return location.assign(href);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    stage.replaceChildren(...page.getElementById('stage').childNodes);
    history.replaceState(null, '', href.split('#')[0]);
    stage.querySelector(`[data-toggle="${quoted(path)}"]`)?.focus();
  } finally {
    stage.removeAttribute('aria-busy');
  }
}

stage?.addEventListener('click', (event) => {
  const link = event.target.closest('[data-toggle]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  // SVG's links hold their address in an object.
  toggle({ href: link.href.baseVal, dataset: link.dataset }).catch(() => location.assign(link.href.baseVal));
});

/** Scrolls the picture, and only the picture, until a state is well inside of it. */
function reveal(state) {
  if (!state) return;
  const [outer, inner] = [stage.getBoundingClientRect(), state.getBoundingClientRect()];
  stage.scrollBy({
    top: inner.top + inner.height / 2 - outer.top - outer.height / 2,
    left: inner.left + inner.width / 2 - outer.left - outer.width / 2,
    behavior: calm ? 'auto' : 'smooth',
  });
}

/** Goes through the steps of one flow without a request for each. */
function walkHistory(stepper) {
  const steps = [...document.querySelectorAll('.moves li')];
  const output = stepper.querySelector('output');
  let now = Math.max(
    0,
    steps.findIndex((step) => step.hasAttribute('aria-current')),
  );
  const show = (n, focus) => {
    now = Math.min(Math.max(n, 0), steps.length - 1);
    for (const each of stage.querySelectorAll('.lit, .here, .failed')) each.classList.remove('lit', 'here', 'failed');
    for (const step of steps) step.removeAttribute('aria-current');
    steps[now].setAttribute('aria-current', 'step');
    steps.slice(0, now + 1).forEach(({ dataset: { from, to, event, failed } }, i) => {
      const end = to ?? from;
      shown(from)?.classList.add('lit');
      for (const way of waysOf({ from, event, to: end })) way.classList.add('lit');
      shown(end)?.classList.add(i === now ? (failed === undefined ? 'here' : 'failed') : 'lit');
    });
    output.textContent = `${now + 1} / ${steps.length}`;
    history.replaceState(null, '', `?step=${now}`);
    reveal(stage.querySelector('.here, .failed'));
    if (focus) steps[now].scrollIntoView({ block: 'nearest' });
  };
  const targets = [() => 0, () => now - 1, () => now + 1, () => steps.length - 1];
  [...stepper.querySelectorAll('a')].forEach((link, i) =>
    link.addEventListener('click', (event) => {
      event.preventDefault();
      show(targets[i](), true);
    }),
  );
  steps.forEach((step, i) =>
    step.querySelector('a').addEventListener('click', (event) => {
      event.preventDefault();
      show(i, false);
    }),
  );
  addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest('input, select, textarea, .stage'))
      return;
    if (event.key === 'ArrowLeft') show(now - 1, true);
    if (event.key === 'ArrowRight') show(now + 1, true);
  });
}

const news = document.querySelector('[data-news]');
if (news && stage) listen(news);
const stepper = document.getElementById('stepper');
if (stepper && stage) {
  walkHistory(stepper);
  reveal(stage.querySelector('.here, .failed'));
}
