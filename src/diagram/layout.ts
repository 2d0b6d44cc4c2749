import type { ElkExtendedEdge, ElkNode } from 'elkjs';
import type { Line, Plan, Shape } from './plan.ts';
import { SMALL, sizeOf, widthOf } from './size.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Where everything is: boxes by path, arrows by their index in the plan. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly lines: readonly { readonly points: readonly Point[]; readonly label: Box | undefined }[];
}

/** Room for a number behind an arrow's label. */
const COUNT_WIDTH = 34;

const ROOT = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.edgeRouting': 'ORTHOGONAL',
  // With the default the opening lands in the middle of the picture; most ways back are turned round before (forward).
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.spacing.nodeNode': '26',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '11',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.componentComponent': '28',
  'elk.padding': '[top=16,left=16,bottom=16,right=16]',
};

/**
 * The graph in the words of the Eclipse Layout Kernel. What comes out depends on what goes in alone, so a picture of the
 * same machine is the same text.
 */
export function elkGraph(plan: Plan, counted: boolean): ElkNode {
  const { shapes, lines } = plan;
  const back = waysBack(plan);
  return {
    id: 'root',
    layoutOptions: ROOT,
    children: shapes.map((shape) => elkNode(shape, counted)),
    edges: lines.map((line, i): ElkExtendedEdge => {
      const { from, to, label } = line;
      const turned = back.has(line);
      return {
        id: `${turned ? BACK : ''}line${i}`,
        sources: [turned ? to : from],
        targets: [turned ? from : to],
        labels: [{ text: label, width: labelWidth(label, counted), height: 15 }],
      };
    }),
  };
}

const BACK = 'back-';

/** Arrows that lead back to where the way came through: laid out the other way round, so that all others point down. */
function waysBack({ chart, lines }: Plan): ReadonlySet<Line> {
  const back = new Set<Line>();
  const open = new Set<string>();
  const seen = new Set<string>();
  const visit = (at: string): void => {
    seen.add(at);
    open.add(at);
    for (const line of lines) {
      if (line.from !== at) continue;
      if (open.has(line.to)) back.add(line);
      else if (!seen.has(line.to)) visit(line.to);
    }
    open.delete(at);
  };
  visit(chart.initial);
  for (const { from } of lines) if (!seen.has(from)) visit(from);
  return back;
}

const labelWidth = (label: string, counted: boolean): number =>
  Math.ceil(widthOf(label, SMALL) + 10 + (counted ? COUNT_WIDTH : 0));

const LAYERS: Readonly<Partial<Record<Shape['role'], Readonly<Record<string, string>>>>> = {
  opening: { 'elk.layered.layering.layerConstraint': 'FIRST' },
  final: { 'elk.layered.layering.layerConstraint': 'LAST' },
  aside: { 'elk.layered.layering.layerConstraint': 'LAST' },
};

function elkNode(shape: Shape, counted: boolean, inAside = false): ElkNode {
  const { path, role, shapes } = shape;
  if (shapes.length === 0) {
    const { width, height } = sizeOf(shape, counted && role !== 'dead' && role !== 'final');
    return { id: path, width, height, layoutOptions: inAside ? {} : (LAYERS[role] ?? {}) };
  }
  return {
    id: path,
    children: shapes.map((each) => elkNode(each, counted, role === 'aside')),
    layoutOptions: { 'elk.padding': '[top=38,left=14,bottom=14,right=14]', ...LAYERS[role] },
    ...(role === 'aside' && { edges: stacked(shapes) }),
  };
}

/** Arrows that nobody draws: they put one below the other what would else lie side by side. */
const stacked = (shapes: readonly Shape[]): ElkExtendedEdge[] =>
  shapes.slice(1).map(({ path }, i) => ({ id: `stack-${path}`, sources: [shapes[i]?.path ?? path], targets: [path] }));

/** Reads what the kernel made of the graph. */
export function readLayout(root: ElkNode): Layout {
  const boxes = new Map<string, Box>();
  const lines: { points: readonly Point[]; label: Box | undefined }[] = [];
  const visit = (node: ElkNode): void => {
    if (node.id !== 'root') boxes.set(node.id, boxOf(node));
    for (const edge of node.edges ?? []) {
      const [section] = edge.sections ?? [];
      const [label] = edge.labels ?? [];
      const points = section === undefined ? [] : [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
      const [, i] = /line(\d+)$/.exec(edge.id) ?? [];
      if (i === undefined) continue;
      lines[Number(i)] = {
        points: edge.id.startsWith(BACK) ? points.toReversed() : points,
        label: label === undefined ? undefined : boxOf(label),
      };
    }
    for (const child of node.children ?? []) visit(child);
  };
  visit(root);
  return { width: Math.ceil(root.width ?? 0), height: Math.ceil(root.height ?? 0), boxes, lines };
}

const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box => ({ x, y, width, height });
