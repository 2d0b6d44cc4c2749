import type { Plan, Shape } from './plan.ts';

/** A plan as a Mermaid state diagram, for Markdown. */
export function drawMermaid({ chart, shapes, lines }: Plan): string {
  const text = ['stateDiagram-v2', `  [*] --> ${idOf(chart.initial)}`];
  for (const shape of shapes) text.push(...draw(shape, '  '));
  for (const line of lines) text.push(`  ${idOf(line.from)} --> ${idOf(line.to)}: ${label(line.label)}`);
  for (const { role, path } of shapes) if (role === 'final') text.push(`  ${idOf(path)} --> [*]`);
  const dead = shapes.flatMap(deadOf).map(({ path }) => idOf(path));
  if (dead.length > 0) {
    text.push('  classDef never fill:#eee,stroke:#999,color:#777,stroke-dasharray:4 3');
    text.push(`  class ${dead.join(',')} never`);
  }
  return `${text.join('\n')}\n`;
}

/** Mermaid's ids are letters, digits and underscores; what differs must stay different. */
const idOf = (path: string): string =>
  path.replaceAll(/[^A-Za-z0-9]/g, (character) => {
    if (character === '.') return '_';
    return character === '_' ? '__' : `_${character.charCodeAt(0)}_`;
  });

function draw(shape: Shape, indent: string): readonly string[] {
  const { title, detail, path, shapes } = shape;
  if (shapes.length === 0)
    return [`${indent}state "${plain(detail === undefined ? title : `${title} – ${detail}`)}" as ${idOf(path)}`];
  const inner = shapes.flatMap((each) => draw(each, `${indent}  `));
  return [`${indent}state "${plain(title)}" as ${idOf(path)}_box {`, ...inner, `${indent}}`];
}

const deadOf = (shape: Shape): readonly Shape[] => (shape.role === 'dead' ? [shape] : shape.shapes.flatMap(deadOf));

/** Quotes and semicolons mean something there, */
const plain = (text: string): string => text.replaceAll('"', "'").replaceAll(/[;\s]+/g, ' ');
/** and behind an arrow colons do. */
const label = (text: string): string => plain(text).replaceAll(':', '');
