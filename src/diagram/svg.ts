import type { Plan, Shape } from './plan.ts';
import type { Box, Layout, Point } from './layout.ts';
import { escapeMarkup } from '../kernel/escape-markup.ts';
import { LINE, SMALL, sizeOf, TITLE, widthOf } from './size.ts';
import { DIAGRAM_COLOURS, DIAGRAM_STYLE } from './style.ts';

export interface SvgOptions {
  /** The styles are in it: a file of its own. Else the page brings them. */
  readonly alone: boolean;
  /** Room for figures on states and arrows. */
  readonly counted: boolean;
  /** Where a click on a compound state's title leads: it opens or closes. */
  readonly toggle?: (path: string) => string;
  /** More classes of a state (by path) or an arrow: `lit`, `here`, `failed`. */
  readonly mark?: { state(path: string): string; way(from: string, to: string, events: readonly string[]): string };
  /** Figures on states and arrows, where there is room for them. */
  readonly figures?: { state(path: string): string; way(from: string, events: readonly string[]): string };
}

/** A plan that was laid out, as SVG. Each state and arrow can be found by its attributes, so that styles can light it. */
export function writeSvg(plan: Plan, layout: Layout, options: SvgOptions): string {
  const { chart, lines, shapes } = plan;
  const { width, height } = layout;
  const title = `${chart.title}: how a flow may go`;
  const summary = `${lines.length} arrows between ${countShapes(shapes)} states. Refusals are dashed.`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="diagram" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="${options.toggle ? 'group' : 'img'}" aria-label="${escapeMarkup(title)}" data-flow="${chart.kind}" data-shape="${chart.shape}">`,
    `<title>${escapeMarkup(title)}</title><desc>${escapeMarkup(summary)}</desc>`,
    ...(options.alone ? [`<style>${DIAGRAM_COLOURS}${DIAGRAM_STYLE}</style>`] : []),
    ...(options.alone ? [`<rect class="ground" width="${width}" height="${height}"/>`] : []),
    ...shapes.flatMap((shape) => frames(shape, layout)),
    ...lines.map((line, i) => arrow(line, layout.lines[i]?.points ?? [], options)),
    ...shapes.flatMap((shape) => headings(shape, layout, options)),
    ...shapes.flatMap((shape) => leaves(shape, layout, options)),
    ...lines.map((line, i) => label(line, layout.lines[i]?.label, options)),
    '</svg>\n',
  ].join('\n');
}

const countShapes = (shapes: readonly Shape[]): number =>
  shapes.reduce((sum, each) => sum + (each.shapes.length > 0 ? countShapes(each.shapes) : 1), 0);

/** Compound states that are open, outer ones first, so that inner ones lie on top. */
function frames(shape: Shape, layout: Layout): readonly string[] {
  const box = layout.boxes.get(shape.path);
  if (box === undefined || shape.shapes.length === 0) return [];
  return [
    `<g class="frame ${kindOf(shape)}" data-state="${escapeMarkup(shape.path)}">${rect(box, 10)}</g>`,
    ...shape.shapes.flatMap((each) => frames(each, layout)),
  ];
}

/** Their titles, which lie on top of the arrows. */
function headings(shape: Shape, layout: Layout, options: SvgOptions): readonly string[] {
  const box = layout.boxes.get(shape.path);
  if (box === undefined || shape.shapes.length === 0) return [];
  const { title, detail } = shape;
  const behind = 14 + widthOf(title, TITLE, true) + (shape.open !== undefined && options.toggle ? 24 : 10);
  const fits = detail !== undefined && behind + widthOf(detail, SMALL) < box.width;
  const words = fits ? text(box.x + behind, box.y + 22, 'detail', escapeMarkup(detail)) : '';
  const name = text(box.x + 14, box.y + 22, 'name', toggled(shape, title, options));
  return [
    `<g class="heading ${kindOf(shape)}"><title>${escapeMarkup(aboutOf(shape))}</title>${name}${words}</g>`,
    ...shape.shapes.flatMap((each) => headings(each, layout, options)),
  ];
}

const kindOf = ({ role, phase }: Shape): string => (role === 'box' && phase !== undefined ? `${role} ${phase}` : role);

function leaves(shape: Shape, layout: Layout, options: SvgOptions): readonly string[] {
  if (shape.shapes.length > 0) return shape.shapes.flatMap((each) => leaves(each, layout, options));
  const box = layout.boxes.get(shape.path);
  if (box === undefined) return [];
  const { path, role, phase, title } = shape;
  const about = `<title>${escapeMarkup(aboutOf(shape))}</title>`;
  const attributes = `class="state ${role}${phase === undefined ? '' : ` in-${phase}`}${options.mark?.state(path) ?? ''}" id="s-${escapeMarkup(path)}" data-state="${escapeMarkup(path)}"`;
  if (role === 'opening') {
    const r = box.width / 2;
    return [`<g ${attributes}>${about}<circle cx="${at(box.x + r)}" cy="${at(box.y + r)}" r="${at(r - 4)}"/></g>`];
  }
  const { detail } = sizeOf(shape, false);
  const lines = detail.map((line, i) => text(box.x + 14, box.y + 22 + (i + 1) * LINE, 'detail', escapeMarkup(line)));
  const figures = options.counted && role !== 'dead' && role !== 'final';
  const count = figures
    ? text(
        box.x + 14,
        box.y + 22 + (detail.length + 1) * LINE,
        'count',
        escapeMarkup(options.figures?.state(path) ?? ''),
      )
    : '';
  const inner =
    role === 'final' ? rect({ x: box.x + 3, y: box.y + 3, width: box.width - 6, height: box.height - 6 }, 6) : '';
  const name = text(box.x + 14, box.y + 22, 'name', toggled(shape, title, options));
  return [
    `<g ${attributes}>${about}${rect(box, role === 'waiting' ? 16 : 8)}${inner}${name}${lines.join('')}${count}</g>`,
  ];
}

/** What a screen reader says, and a pointer shows. */
function aboutOf({ path, title, detail, phase }: Shape): string {
  const when = phase === undefined ? '' : `, ${phase}`;
  return `${title}${detail === undefined ? '' : `: ${detail}`} (${path}${when})`;
}

/** The title of something that can be opened or closed is a link. */
function toggled({ path, open }: Shape, title: string, { toggle }: SvgOptions): string {
  if (open === undefined || toggle === undefined) return escapeMarkup(title);
  const sign = open ? '▾' : '▸';
  const says = `${open ? 'Close' : 'Open'} ${title}`;
  return `<a href="${escapeMarkup(toggle(path))}" data-toggle="${escapeMarkup(path)}" aria-label="${escapeMarkup(says)}">${sign} ${escapeMarkup(title)}</a>`;
}

function arrow(line: Plan['lines'][number], points: readonly Point[], options: SvgOptions): string {
  const [end, before] = [points.at(-1), points.at(-2)];
  if (end === undefined || before === undefined) return '';
  return `<g class="way${looksOf(line, options)}" ${wayAttributes(line)}><path class="line" d="${rounded(points)}"/><path class="head" d="${head(before, end)}"/></g>`;
}

function label(line: Plan['lines'][number], box: Box | undefined, options: SvgOptions): string {
  if (box === undefined) return '';
  const figure = options.figures?.way(line.from, line.events) ?? '';
  const count = options.counted ? `<tspan class="count" dx="6">${escapeMarkup(figure)}</tspan>` : '';
  return `<g class="label${looksOf(line, options)}" ${wayAttributes(line)}>${rect(box, 4)}${text(box.x + 5, box.y + 11.5, 'says', `${escapeMarkup(line.label)}${count}`)}</g>`;
}

const looksOf = (line: Plan['lines'][number], { mark }: SvgOptions): string =>
  `${line.quiet ? ' quiet' : ''}${mark?.way(line.from, line.to, line.events) ?? ''}`;

const wayAttributes = ({ from, to, events }: Plan['lines'][number]): string =>
  `data-from="${escapeMarkup(from)}" data-to="${escapeMarkup(to)}" data-events="${escapeMarkup(events.join(' '))}"`;

const CORNER = 7;

/** Orthogonal lines with rounded corners. */
function rounded(points: readonly Point[]): string {
  return points
    .map((point, i) => {
      const [before, after] = [points[i - 1], points[i + 1]];
      if (before === undefined) return `M${at(point.x)} ${at(point.y)}`;
      if (after === undefined) return `L${at(point.x)} ${at(point.y)}`;
      const [into, out] = [towards(point, before), towards(point, after)];
      return `L${at(into.x)} ${at(into.y)}Q${at(point.x)} ${at(point.y)} ${at(out.x)} ${at(out.y)}`;
    })
    .join('');
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** A triangle of its own: a marker could not take the colour of a line that is lit. */
function head(before: Point, end: Point): string {
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (turn: number): string =>
    `${at(end.x - 8 * Math.cos(angle + turn))} ${at(end.y - 8 * Math.sin(angle + turn))}`;
  return `M${at(end.x)} ${at(end.y)}L${corner(0.42)}L${corner(-0.42)}Z`;
}

const rect = ({ x, y, width, height }: Box, r: number): string =>
  `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" rx="${r}"/>`;

const text = (x: number, y: number, kind: string, content: string): string =>
  `<text x="${at(x)}" y="${at(y)}" class="${kind}">${content}</text>`;

/** At most one decimal place: the text stays small and the same everywhere. */
const at = (value: number): string => String(Math.round(value * 10) / 10);
