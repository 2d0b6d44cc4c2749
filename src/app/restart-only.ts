import type { Config } from '../config/config.ts';

/** What a process holds from its start to its end, whatever its files say meanwhile. */
export interface RestartOnly {
  readonly dsn: Config['dsn'];
  readonly secrets: Config['secrets'];
  readonly listening: Readonly<Record<'public' | 'admin', { readonly host: string; readonly port: number }>>;
  readonly exposeMetricsPort: number;
}

export function restartOnlyOf({ dsn, secrets, serve, exposeMetricsPort }: Config): RestartOnly {
  const addressOf = ({ host, port }: Config['serve']['admin']): RestartOnly['listening']['admin'] => ({ host, port });
  return {
    dsn,
    secrets,
    listening: { public: addressOf(serve.public), admin: addressOf(serve.admin) },
    exposeMetricsPort,
  };
}

/** The keys of the files and the value of each. */
const KEYS: readonly (readonly [key: string, of: (held: RestartOnly) => unknown])[] = [
  ['dsn', ({ dsn }) => dsn],
  ['secrets', ({ secrets }) => secrets],
  ['serve.public.host', ({ listening }) => listening.public.host],
  ['serve.public.port', ({ listening }) => listening.public.port],
  ['serve.admin.host', ({ listening }) => listening.admin.host],
  ['serve.admin.port', ({ listening }) => listening.admin.port],
  ['expose-metrics-port', ({ exposeMetricsPort }) => exposeMetricsPort],
];

/** The keys whose value in the files is not the one that the process holds. */
export function changedRestartOnly(written: Config, running: RestartOnly): readonly string[] {
  const wanted = restartOnlyOf(written);
  // As text: of what another process has sent, members that are undefined are missing.
  return KEYS.filter(([, of]) => JSON.stringify(of(wanted)) !== JSON.stringify(of(running))).map(([key]) => key);
}

/** The configuration with what the process holds. The addresses must have been in force when it was read. */
export const keepRestartOnly = (config: Config, { dsn, secrets, exposeMetricsPort }: RestartOnly): Config =>
  Object.freeze({ ...config, dsn, secrets, exposeMetricsPort });
