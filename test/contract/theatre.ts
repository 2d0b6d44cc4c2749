import { createHash } from 'node:crypto';
import { type HookReceiver, startHookReceiver } from '../support/hook-receiver.ts';
import { createHttpClient, type HttpClient } from '../support/http-client.ts';
import { startMailSink, type MailSink } from '../support/mail-sink.ts';
import { startServer } from '../support/server.ts';
import { type RecordedProvider, startRecordedProvider } from './provider.ts';
import { loadConfig, TRANSCRIPTS } from './transcript.ts';

/** A server with one of the recorded configurations. */
export interface Theatre {
  readonly publicUrl: string;
  readonly adminUrl: string;
  /** The origins that the recordings write as placeholders. */
  readonly names: Readonly<Record<string, string>>;
  readonly http: HttpClient;
  readonly mail: MailSink;
  /** The other system that web hooks call. */
  readonly hooks: HookReceiver;
  readonly provider: RecordedProvider;
  close(): Promise<void>;
}

/** The CSRF cookie is named after the public URL as it is written in the configuration. */
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const UI = 'http://127.0.0.1:4455';

/** The recordings ask for a code again without waiting; who is limited there is tested elsewhere. */
const LIMITS = 'limits: { sends_at_once: { tries: 100 } }\n';

export async function openTheatre(config: string): Promise<Theatre> {
  const mail = await startMailSink();
  const hooks = await startHookReceiver();
  const provider = await startRecordedProvider();
  const names = {
    ui: UI,
    smtp: `127.0.0.1:${mail.port}`,
    configs: `${TRANSCRIPTS}configs`,
    hooks: hooks.url,
    provider: provider.origin,
  };
  const server = await startServer({ config: `${loadConfig(config)}${LIMITS}`, names });
  const http = createHttpClient({ cookies: false });
  return {
    publicUrl: server.publicUrl,
    adminUrl: server.adminUrl,
    names: { ...names, public: server.publicUrl, admin: server.adminUrl, hex: sha256(`${server.publicUrl}/`) },
    http,
    mail,
    hooks,
    provider,
    async close() {
      http.close();
      await server.stop();
      await mail.stop();
      await hooks.stop();
      await provider.close();
    },
  };
}
