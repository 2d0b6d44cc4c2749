import type { Why } from '../analysis/why.ts';
import { createPictures } from '../diagram/pictures.ts';
import { readChart } from '../engine/machine/read-chart.ts';
import type { ConsoleContext } from '../http/console/context.ts';
import { createLiveStreams } from '../http/console/live-streams.ts';
import { createLiveAssets } from '../http/console/pages/assets.ts';
import type { FlowsHome } from '../http/console/pages/home.ts';
import type { RecentFlows } from '../http/console/recent-flows.ts';
import type { PageContext } from '../pages/page.ts';
import { english } from '../pages/texts.ts';
import type { Store } from '../store/store.ts';
import type { BuiltEngine } from './build-engine.ts';
import type { Configuration } from './configuration.ts';

export interface ConsoleSetup {
  readonly machines: BuiltEngine['machines'];
  readonly store: Pick<Store, 'flows' | 'outbox'>;
  readonly recent: RecentFlows;
  readonly why: Why;
  readonly page: PageContext;
  readonly version: string;
}

/** Builds the context of the pages about flows; `endStreams` ends the streams that would never end. */
export function buildConsole(
  { config, bound }: Configuration,
  { machines, store, recent, why, page, version }: ConsoleSetup,
): ConsoleContext & { endStreams(): void; close(): Promise<void> } {
  const charts = new Map([...machines].map(([kind, flow]) => [kind, readChart(flow, bound)]));
  const pictures = createPictures();
  const streams = createLiveStreams({ recent, charts, texts: english.flows, base: page.base });
  return {
    charts,
    pictures,
    recent,
    streams,
    flows: store.flows,
    outbox: store.outbox,
    why,
    assets: createLiveAssets(),
    page,
    places: placesOf(config),
    version,
    endStreams: () => streams.close(),
    close: () => pictures.close(),
  };
}

/** Links to other pages of this listener, and to the start page of the public one. */
function placesOf({ dev, serve }: Configuration['config']): FlowsHome['places'] {
  const { baseUrl } = serve.admin;
  return [
    ...(dev ? [{ title: 'Inbox', text: 'The mails this server has written.', address: `${baseUrl}/inbox` }] : []),
    {
      title: 'Start page',
      text: 'What people see: sign in, register, settings.',
      address: `${serve.public.baseUrl}/`,
    },
    { title: 'Identities', text: 'All accounts, as JSON.', address: `${baseUrl}/admin/identities` },
  ];
}
