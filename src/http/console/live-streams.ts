import { PassThrough } from 'node:stream';
import type { Context } from 'koa';
import { SallyportError } from '../../kernel/error.ts';
import type { FlowKind } from '../../flow/flow.ts';
import { fits, fitsUnsent, type FlowFilter } from '../../analysis/flow-list.ts';
import type { RecentFlows, FlowNews } from './recent-flows.ts';
import { flowRow, type FlowLine } from './pages/flow-table.ts';
import { toText } from '../../pages/html.ts';
import type { Words } from '../../pages/texts.ts';
import { figuresFor, lineOf, movesOf, openingOf, showFigures, unsentLine, type Charts } from './flow-views.ts';

/** Pages that watch, each with a stream of server-sent events. */
export interface LiveStreams {
  /** Answers with a stream of what concerns this flow and this filter. */
  open(ctx: Context, kind: FlowKind, filter: FlowFilter): void;
  /** Ends them all: nothing would end by itself. */
  close(): void;
}

const MOST_STREAMS = 30;
/** A reader that is this far behind is let go; its browser comes back. */
const MOST_BEHIND = 256 * 1_024;
/** What is more than this between two ticks is counted, but not shown one by one. */
const MOST_PER_TICK = 20;
const TICK = 500;
/** Ticks without news until a line keeps the connection alive. */
const QUIET_TICKS = 30;

interface Stream {
  readonly kind: FlowKind;
  readonly filter: FlowFilter;
  readonly body: PassThrough;
  sent: number;
  quiet: number;
  /** Figures have changed since they were sent. */
  stale: boolean;
}

export function createLiveStreams(live: RecentFlows, charts: Charts, words: Words['flows']): LiveStreams {
  const streams = new Set<Stream>();
  let timer: NodeJS.Timeout | undefined;
  let stopListening: (() => void) | undefined;

  const end = (stream: Stream): void => {
    streams.delete(stream);
    stream.body.destroy();
    if (streams.size > 0) return;
    clearInterval(timer);
    stopListening?.();
  };
  const send = (stream: Stream, event: string, data: unknown): void => {
    stream.quiet = 0;
    stream.body.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (stream.body.writableLength > MOST_BEHIND) end(stream);
  };
  const tell = (stream: Stream, news: FlowNews): void => {
    const kind = news.what === 'opened' ? news.flow.kind : news.passed.row.kind;
    const chart = charts.get(kind);
    stream.stale = true;
    if (chart === undefined || (stream.sent += 1) > MOST_PER_TICK) return;
    if (kind === stream.kind) {
      const moves = news.what === 'opened' ? openingOf(news.flow, chart) : movesOf(news.passed.row, chart);
      if (moves.length > 0) send(stream, 'moves', moves);
    }
    const line = lineFor(news, stream.filter);
    if (line !== undefined) send(stream, 'row', toText(flowRow(line, words)));
  };
  const lineFor = (news: FlowNews, filter: FlowFilter): FlowLine | undefined => {
    if (news.what === 'opened') return fitsUnsent(news.flow.kind, filter) ? unsentLine(news.flow, charts) : undefined;
    return fits(news.passed.row, filter) ? lineOf(news.passed.row, charts) : undefined;
  };
  const tick = (): void => {
    for (const stream of streams) {
      stream.sent = 0;
      stream.quiet += 1;
      const chart = charts.get(stream.kind);
      if (stream.stale && chart !== undefined) {
        stream.stale = false;
        send(stream, 'figures', showFigures(figuresFor(live, chart)));
        send(stream, 'tallies', talliesOf(live, charts));
      } else if (stream.quiet > QUIET_TICKS) {
        stream.quiet = 0;
        stream.body.write(': here\n\n');
      }
    }
  };

  return {
    open(ctx, kind, filter) {
      if (streams.size >= MOST_STREAMS)
        throw new SallyportError('overloaded', `${MOST_STREAMS} pages are watching already; close one of them.`);
      const stream: Stream = { kind, filter, body: new PassThrough(), sent: 0, quiet: 0, stale: true };
      if (streams.size === 0) {
        timer = setInterval(tick, TICK).unref();
        stopListening = live.listen((news) => {
          for (const each of streams) tell(each, news);
        });
      }
      streams.add(stream);
      stream.body.once('close', () => end(stream));
      ctx.set('Content-Type', 'text/event-stream; charset=utf-8');
      ctx.set('X-Accel-Buffering', 'no');
      ctx.body = stream.body;
      stream.body.write('retry: 2000\n\n');
    },
    close() {
      for (const stream of streams) end(stream);
    },
  };
}

export const talliesOf = (live: RecentFlows, charts: Charts): Readonly<Record<string, number>> =>
  Object.fromEntries([...charts.keys()].map((kind) => [kind, live.within(kind).passed.length]));
