/** Where a piece of CSS ends: in code, in a comment, in a text, in an address without quotes. */
export type CssPlace = 'code' | 'comment' | '"' | "'" | 'url';

/** What opens something in code, and what ends it. */
const OPENS = /\/\*|["']|\burl\(\s*(?!["'\s])/i;
const ENDS: Readonly<Record<Exclude<CssPlace, 'code' | 'comment'>, RegExp>> = {
  '"': /^(?:[^"\\]|\\.)*"/s,
  "'": /^(?:[^'\\]|\\.)*'/s,
  url: /^(?:[^)\\]|\\.)*\)/s,
};

/** CSS without its comments (CSS Syntax 4.3.2), each of which counts as a blank; read on from where the piece before ended. */
export function withoutCssComments(css: string, from: CssPlace): { readonly kept: string; readonly place: CssPlace } {
  let place = from;
  let kept = '';
  let rest = css;
  while (rest !== '') {
    if (place === 'code') {
      const open = OPENS.exec(rest);
      if (open === null) return { kept: kept + rest, place };
      const comment = open[0] === '/*';
      kept += rest.slice(0, open.index) + (comment ? ' ' : open[0]);
      rest = rest.slice(open.index + open[0].length);
      place = comment ? 'comment' : open[0] === '"' || open[0] === "'" ? open[0] : 'url';
    } else if (place === 'comment') {
      const end = rest.indexOf('*/');
      if (end === -1) return { kept, place };
      rest = rest.slice(end + 2);
      place = 'code';
    } else {
      const whole = ENDS[place].exec(rest)?.[0];
      if (whole === undefined) return { kept: kept + rest, place };
      kept += whole;
      rest = rest.slice(whole.length);
      place = 'code';
    }
  }
  return { kept, place };
}
