import type { Plan, Shape } from './plan.ts';

/** A plan for Graphviz. */
export function drawDot({ chart, shapes, lines }: Plan): string {
  const text = [
    `digraph ${quoted(chart.kind)} {`,
    '  graph [compound=true, fontname="sans-serif", style=rounded];',
    '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif", fontsize=11];',
    '  edge [fontname="sans-serif", fontsize=9];',
    ...shapes.flatMap((shape) => draw(shape, '  ')),
    ...lines.map(
      ({ from, to, label, quiet }) =>
        `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(label)}${quiet ? ', style=dashed, color="#888888"' : ''}];`,
    ),
    '}',
  ];
  return `${text.join('\n')}\n`;
}

const LOOKS: Readonly<Partial<Record<Shape['role'], string>>> = {
  hook: 'fillcolor="#fdebc8"',
  store: 'fillcolor="#d9efe2"',
  waiting: 'fillcolor="#dcebfa"',
  final: 'peripheries=2',
  dead: 'style="rounded,dashed", color="#999999", fontcolor="#777777"',
};

function draw({ path, role, phase, title, detail, shapes }: Shape, indent: string): readonly string[] {
  if (shapes.length === 0) {
    const look = LOOKS[role];
    const label = detail === undefined ? title : `${title}\n${detail}`;
    return [`${indent}${quoted(path)} [label=${quoted(label)}${look === undefined ? '' : `, ${look}`}];`];
  }
  const frame = phase === 'write' ? 'penwidth=2, color="#1f5c4d"' : 'color="#999999"';
  return [
    `${indent}subgraph ${quoted(`cluster_${path}`)} {`,
    `${indent}  graph [label=${quoted(title)}, ${frame}];`,
    ...shapes.flatMap((each) => draw(each, `${indent}  `)),
    `${indent}}`,
  ];
}

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
