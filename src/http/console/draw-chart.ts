import type { Chart } from '../../flow/chart.ts';
import type { Pictures } from '../../diagram/pictures.ts';
import { writeSvg, type SvgOptions } from '../../diagram/svg.ts';

/** The SVG of a flow's machine, with these boxes closed. */
export async function drawChart(
  pictures: Pictures,
  chart: Chart,
  closed: ReadonlySet<string>,
  options: Partial<SvgOptions>,
): Promise<string> {
  const { plan, layout } = await pictures.laidOut(chart, closed);
  return writeSvg(plan, layout, { alone: false, counted: true, ...options });
}
