import { createPictures } from '../../diagram/pictures.ts';
import { readChart } from '../../engine/machine/graph.ts';
import type { Runner } from '../../engine/parts.ts';
import type { Live } from './recent-flows.ts';
import { createLiveAssets } from './pages/assets.ts';
import { english } from '../../pages/texts.ts';
import { createLiveStreams } from './live-streams.ts';
import type { FlowsParts } from './flows.ts';

/** What the flows pages need: the machines as they are drawn, their pictures, and who watches. */
export function createFlowsParts({ flows, bound }: Runner, live: Live): FlowsParts & { close(): Promise<void> } {
  const charts = new Map([...flows].map(([kind, flow]) => [kind, readChart(flow, bound)]));
  const pictures = createPictures();
  const streams = createLiveStreams(live, charts, english.flows);
  return {
    charts,
    live,
    pictures,
    streams,
    liveAssets: createLiveAssets(),
    async close() {
      streams.close();
      await pictures.close();
    },
  };
}
