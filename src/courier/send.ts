import type { Send } from './delivery.ts';
import type { HttpRequest } from './http.ts';

/** Where messages go, by channel. */
export interface Channels {
  /** `dev`: a message for which no server is configured stays in the inbox and counts as sent. */
  readonly keep: boolean;
  readonly smtp: Send | undefined;
  /** `courier.delivery_strategy: http` */
  readonly emailByHttp: HttpRequest | undefined;
  /** `courier.channels` */
  readonly others: readonly { readonly id: string; readonly request: HttpRequest }[];
  /** A message to an endpoint of the configuration. */
  readonly post: (request: HttpRequest) => Send;
  /** A web hook that waits for no answer. */
  readonly webHook: Send;
}

/** Chooses the way of each message by its channel: a configured channel of that name first, mail last. */
export function createSend(channels: Channels): Send {
  const named = new Map(channels.others.map(({ id, request }) => [id, channels.post(request)]));
  const email = emailSend(channels);
  return async (message, signal) => {
    if (message.type === 'http') return channels.webHook(message, signal);
    const send = named.get(message.channel) ?? (message.channel === 'email' ? email : undefined);
    if (send === undefined && channels.keep) return { kind: 'sent' };
    if (send === undefined)
      return { kind: 'permanent', reason: `No channel ${message.channel} is configured (courier.channels).` };
    return send(message, signal);
  };
}

function emailSend({ keep, emailByHttp, smtp, post }: Channels): Send {
  if (keep) return () => Promise.resolve({ kind: 'sent' });
  if (emailByHttp !== undefined) return post(emailByHttp);
  return (
    smtp ??
    (() => Promise.resolve({ kind: 'away', reason: 'No mail server is configured (courier.smtp.connection_uri).' }))
  );
}
