import type { HttpRequestSettings } from '../courier-config.ts';
import { warnOfName } from '../dialect/move-old-keys.ts';
import type { At } from '../source/yaml-tree.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

/** A channel as `courier.channels` would have it. */
export interface Channel {
  readonly id: string;
  readonly request: HttpRequestSettings;
  readonly at: At;
}

const SMS = 'courier.sms';

/** `courier.sms` of v0.9 and v1.0: the channel `sms`. Later releases had the key and sent nothing by it. */
export function readOldSms(
  values: TypedValues,
  { origin, problems }: LoadContext,
  request: HttpRequestSettings | undefined,
): readonly Channel[] {
  if (!['enabled', 'from', 'request_config.url'].some((key) => values.has(`${SMS}.${key}`))) return [];
  const at = { path: SMS, place: values.at(`${SMS}.enabled`).place ?? values.at(`${SMS}.request_config.url`).place };
  if (origin.cameWithV1_1 || values.find(`${SMS}.enabled`)?.value !== true || request === undefined) {
    problems.warn(at, 'no-effect', 'has no effect', 'remove it: text messages go by courier.channels');
    return [];
  }
  const from = values.has(`${SMS}.from`) ? ', and the sender into the body' : '';
  const today = 'write courier.channels: [{ id: sms, type: http, request_config: … }]';
  warnOfName({ at }, 'v0.9 to v1.0', `${today}${from}`, problems);
  return [{ id: 'sms', request, at }];
}

/** What `smtp://` and `smtps://` meant before v0.8 where it was something else. */
export function sayOldSmtp(values: TypedValues, { origin, problems }: LoadContext): void {
  const found = values.find('courier.smtp.connection_uri');
  if (typeof found?.value !== 'string') return;
  const { release } = origin;
  const isOlder = release === 'v0.4' || release === 'v0.5' || release === 'v0.6' || release === 'v0.7';
  if (isOlder && found.value.startsWith('smtp:') && !found.value.includes('disable_starttls'))
    problems.warn(
      found.at,
      'safe-reading',
      `is smtp://, by which ${release} sent in clear text to a server without TLS`,
      'TLS is asked for: write ?disable_starttls=true if the server has none',
    );
  if (release === 'v0.7' && found.value.startsWith('smtps:') && !found.value.includes('legacy_ssl'))
    problems.warn(
      found.at,
      'safe-reading',
      'is smtps://, by which v0.7 meant STARTTLS',
      'TLS begins with the first byte: for STARTTLS write smtp://',
    );
}
