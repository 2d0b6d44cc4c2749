import type { Shape } from './plan.ts';

/** How much room texts need, without a browser to ask: widths are estimated by the letters of a common sans-serif. */
const NARROW = /[iljtfrI.,:;'|!()[\]\s]/;
const WIDE = /[mwMW@%–…]/;

export function widthOf(text: string, size: number, bold = false): number {
  let ems = 0;
  for (const character of text) {
    if (NARROW.test(character)) ems += 0.36;
    else if (WIDE.test(character)) ems += 0.98;
    else ems += /[A-Z0-9]/.test(character) ? 0.68 : 0.61;
  }
  return ems * size * (bold ? 1.1 : 1);
}

export const TITLE = 13;
export const SMALL = 11;
export const LINE = 15;
const DETAIL_WIDTH = 210;
/** So that the title of a box with one small state in it has room. */
const NARROWEST = 104;

export interface Size {
  readonly width: number;
  readonly height: number;
  /** The detail, broken into lines. */
  readonly detail: readonly string[];
}

/** The room of a shape without inner ones; `counted` leaves a line for figures. */
export function sizeOf({ title, detail, role }: Shape, counted: boolean): Size {
  if (role === 'opening') return { width: 26, height: 26, detail: [] };
  const lines = detail === undefined ? [] : wrap(detail, DETAIL_WIDTH);
  const widest = Math.max(widthOf(title, TITLE, true), ...lines.map((line) => widthOf(line, SMALL)), NARROWEST);
  const rows = 1 + lines.length + (counted ? 1 : 0);
  return { width: Math.ceil(widest + 28), height: rows * LINE + 17, detail: lines };
}

/** Breaks a text at spaces, and a word that is too long anywhere. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap((each) => pieces(each, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer, SMALL) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, line];
}

function pieces(word: string, width: number): readonly string[] {
  const most = Math.max(8, Math.floor(width / (SMALL * 0.6)));
  return word.length <= most ? [word] : [word.slice(0, most), ...pieces(word.slice(most), width)];
}
