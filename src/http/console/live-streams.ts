import { PassThrough } from 'node:stream';
import type { Context } from 'koa';
import { fits, fitsUnsent, type FlowFilter } from '../../analysis/flow-list.ts';
import type { FlowKind } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import { toText } from '../../pages/html.ts';
import type { Texts } from '../../pages/texts.ts';
import { figuresFor, lineOf, movesOf, openingOf, showFigures, unsentLine, type Charts } from './flow-views.ts';
import { flowRow, type FlowLine } from './pages/flow-table.ts';
import type { FlowNews, RecentFlows } from './recent-flows.ts';

/** Open pages of the console, each with a stream of server-sent events. */
export interface LiveStreams {
  /** Answers with a stream of the news about this flow that fit this filter. */
  open(ctx: Context, kind: FlowKind, filter: FlowFilter): void;
  /** Ends all streams; no stream ends by itself. */
  close(): void;
}

const MOST_STREAMS = 30;
/** Bytes that a stream may be behind; then it ends, and its browser connects again. */
const MOST_BEHIND = 256 * 1_024;
/** News above this number between two ticks enter the figures, but are not sent one by one. */
const MOST_PER_TICK = 20;
const TICK = 500;
/** Ticks without news until a comment keeps the connection alive. */
const QUIET_TICKS = 30;

interface Stream {
  readonly kind: FlowKind;
  readonly filter: FlowFilter;
  readonly body: PassThrough;
  /** News since the last tick. */
  sent: number;
  /** Ticks since the last event. */
  quiet: number;
  /** The figures have changed since they were sent. */
  stale: boolean;
}

export interface LiveStreamsParts {
  readonly recent: RecentFlows;
  readonly charts: Charts;
  readonly texts: Texts['flows'];
  /** `PageContext.base`. */
  readonly base: string;
}

export function createLiveStreams(parts: LiveStreamsParts): LiveStreams {
  const { recent, charts } = parts;
  const streams = new Set<Stream>();
  let timer: NodeJS.Timeout | undefined;
  let stopListening: (() => void) | undefined;

  const start = (): void => {
    timer = setInterval(() => streams.forEach((stream) => tick(stream, recent, charts)), TICK).unref();
    stopListening = recent.listen((news) => streams.forEach((stream) => sendNews(stream, news, parts)));
  };
  const end = (stream: Stream): void => {
    streams.delete(stream);
    stream.body.destroy();
    if (streams.size > 0) return;
    clearInterval(timer);
    stopListening?.();
  };
  return {
    open(ctx, kind, filter) {
      if (streams.size >= MOST_STREAMS)
        throw new SallyportError('overloaded', `${MOST_STREAMS} pages are watching already; close one of them.`);
      if (streams.size === 0) start();
      const stream: Stream = { kind, filter, body: new PassThrough(), sent: 0, quiet: 0, stale: true };
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

function send(stream: Stream, event: string, data: unknown): void {
  stream.quiet = 0;
  stream.body.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  if (stream.body.writableLength > MOST_BEHIND) stream.body.destroy();
}

/** Sends the moves that the picture lights up, and the new line of the list. */
function sendNews(stream: Stream, news: FlowNews, { charts, texts, base }: LiveStreamsParts): void {
  const kind = news.what === 'opened' ? news.flow.kind : news.passed.row.kind;
  const chart = charts.get(kind);
  stream.stale = true;
  stream.sent += 1;
  if (chart === undefined || stream.sent > MOST_PER_TICK) return;
  if (kind === stream.kind) {
    const moves = news.what === 'opened' ? openingOf(news.flow, chart) : movesOf(news.passed.row, chart);
    if (moves.length > 0) send(stream, 'moves', moves);
  }
  const line = lineFor(news, stream.filter, charts, base);
  if (line !== undefined) send(stream, 'row', toText(flowRow(line, texts)));
}

function lineFor(news: FlowNews, filter: FlowFilter, charts: Charts, base: string): FlowLine | undefined {
  if (news.what === 'opened')
    return fitsUnsent(news.flow.kind, filter) ? unsentLine(news.flow, charts, base) : undefined;
  return fits(news.passed.row, filter) ? lineOf(news.passed.row, charts, base) : undefined;
}

/** Sends changed figures, or keeps a quiet connection alive. */
function tick(stream: Stream, recent: RecentFlows, charts: Charts): void {
  stream.sent = 0;
  stream.quiet += 1;
  const chart = charts.get(stream.kind);
  if (stream.stale && chart !== undefined) {
    stream.stale = false;
    send(stream, 'figures', showFigures(figuresFor(recent, chart)));
    send(stream, 'tallies', talliesOf(recent, charts));
  } else if (stream.quiet > QUIET_TICKS) {
    stream.quiet = 0;
    stream.body.write(': here\n\n');
  }
}

/** Submits of the last minutes, by kind of flow. */
export const talliesOf = (recent: RecentFlows, charts: Charts): Readonly<Record<string, number>> =>
  Object.fromEntries([...charts.keys()].map((kind) => [kind, recent.within(kind).passed.length]));
