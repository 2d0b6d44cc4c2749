import type { RequestListener } from 'node:http';

/** The messages that wait in the outbox. */
export interface OutboxDepth {
  readonly queued: number;
  /** The age of the oldest one in milliseconds; 0 when none waits. */
  readonly oldestAge: number;
}

export interface CourierMetrics {
  /** Counts one try at one message. */
  count(message: { readonly type: string; readonly template: string }, outcome: string): void;
  /** Answers `/metrics/prometheus` with text for Prometheus, and 404 to everything else. */
  readonly answer: RequestListener;
}

/** The figures of a courier process. Labels are kinds of messages and outcomes, of which there are a few (security LG-4). */
export function createCourierMetrics(depth: () => Promise<OutboxDepth>): CourierMetrics {
  const tries = new Map<string, number>();

  return {
    count({ type, template }, outcome) {
      const labels = `{type="${type}",template="${template}",outcome="${outcome}"}`;
      tries.set(labels, (tries.get(labels) ?? 0) + 1);
    },
    answer: (request, response) => {
      const end = (status: number, type: string, body: string): void => {
        response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
        response.end(body);
      };
      const { pathname } = new URL(request.url ?? '/', 'http://metrics');
      if (request.method !== 'GET' || pathname !== '/metrics/prometheus') {
        end(404, 'text/plain; charset=utf-8', 'Only GET /metrics/prometheus is here.\n');
        return;
      }
      depth().then(
        (found) => end(200, 'text/plain; version=0.0.4; charset=utf-8', write(found)),
        () => end(503, 'text/plain; charset=utf-8', 'The outbox cannot be read.\n'),
      );
    },
  };

  function write({ queued, oldestAge }: OutboxDepth): string {
    const lines = [
      '# HELP sallyport_courier_tries_total Tries at messages, by what became of them.',
      '# TYPE sallyport_courier_tries_total counter',
      ...[...tries].map(([labels, count]) => `sallyport_courier_tries_total${labels} ${count}`),
      '# HELP sallyport_outbox_queued Messages that wait or are on their way.',
      '# TYPE sallyport_outbox_queued gauge',
      `sallyport_outbox_queued ${queued}`,
      '# HELP sallyport_outbox_oldest_seconds Age of the oldest of them.',
      '# TYPE sallyport_outbox_oldest_seconds gauge',
      `sallyport_outbox_oldest_seconds ${oldestAge / 1_000}`,
    ];
    return `${lines.join('\n')}\n`;
  }
}
