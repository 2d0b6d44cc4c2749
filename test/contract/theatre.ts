import { createHash } from 'node:crypto';
import { type HookAnswer, type HookReceiver, type Received, startHookReceiver } from '../support/hook-receiver.ts';
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
  /** The text messages that were sent, oldest first. */
  readonly texts: readonly TextMessage[];
  /** Of the pages with which people use their keys. */
  readonly origin: string;
  /** The identity schema that people have. */
  readonly schema: string;
  /** Whether people register with passkeys; else with security keys, if with any. */
  readonly passkeys: boolean;
  readonly profileFirst: boolean;
  close(): Promise<void>;
}

export interface TextMessage {
  readonly to: string;
  readonly body: string;
}

/** The path of the gateway for text messages, which no recording shows. */
const GATEWAY = '/text';

/** The CSRF cookie is named after the public URL as it is written in the configuration. */
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const UI = 'http://127.0.0.1:4455';

/** The recordings ask for a code again without waiting; who is limited there is tested elsewhere. */
const LIMITS = 'limits: { sends_at_once: { tries: 100 } }\n';

/** The reference shows backup codes again; here that is asked for. */
const revealing = (config: string): string =>
  config.replace(
    /^( *)lookup_secret:\n *enabled: true\n/m,
    (found, indent: string) => `${found}${indent}  config: { reveal: true }\n`,
  );

export async function openTheatre(config: string): Promise<Theatre> {
  const text = revealing(loadConfig(config));
  const mail = await startMailSink();
  const { hooks, texts } = await startHooks();
  const provider = await startRecordedProvider();
  const names = {
    ui: UI,
    smtp: `127.0.0.1:${mail.port}`,
    configs: `${TRANSCRIPTS}configs`,
    hooks: hooks.url,
    provider: provider.origin,
  };
  const server = await startServer({ config: `${text}${LIMITS}`, names });
  const http = createHttpClient({ cookies: false });
  return {
    publicUrl: server.publicUrl,
    adminUrl: server.adminUrl,
    names: { ...names, public: server.publicUrl, admin: server.adminUrl, hex: sha256(`${server.publicUrl}/`) },
    http,
    mail,
    hooks,
    provider,
    texts,
    origin: /^ *origins?:\s*(?:- )?(https:\S+)$/m.exec(text)?.[1] ?? 'http://shop.example',
    schema: /default_schema_id: (\S+)/.exec(text)?.[1] ?? '',
    passkeys: /^ *passkey:$/m.test(text),
    profileFirst: /style: profile_first/.test(text),
    async close() {
      http.close();
      await server.stop();
      await mail.stop();
      await hooks.stop();
      await provider.close();
    },
  };
}

/** The receiver of web hooks, which is the gateway for text messages as well and keeps those apart. */
async function startHooks(): Promise<{ readonly hooks: HookReceiver; readonly texts: readonly TextMessage[] }> {
  const receiver = await startHookReceiver();
  const texts: TextMessage[] = [];
  const take = (how: HookAnswer | 'hang' | ((request: Received) => HookAnswer | 'hang')): void =>
    receiver.answer((request) => {
      if (request.path !== GATEWAY) return typeof how === 'function' ? how(request) : how;
      texts.push(request.body as TextMessage); // as the template of the configurations writes it
      receiver.received.pop();
      return { status: 200, body: {} };
    });
  take({ status: 204 });
  return { hooks: { ...receiver, answer: take }, texts };
}
