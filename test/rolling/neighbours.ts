import { type HookReceiver, startHookReceiver } from '../support/hook-receiver.ts';
import { read } from '../support/http-client.ts';
import { startProvider, type TestProvider } from '../support/provider.ts';

/** The other systems a server speaks to: a provider, and the receiver of web hooks. */
export interface Neighbours {
  readonly provider: TestProvider;
  readonly hooks: HookReceiver;
  /** For placeholders in a configuration. */
  readonly names: { readonly hooks: string; readonly provider: string };
  stop(): Promise<void>;
}

export interface NeighbourOptions {
  /** How much later than here it is where tokens are read; milliseconds. */
  readonly ahead: number;
  /** Whether the hook behind a registration gets an answer. */
  readonly answers: boolean;
}

/** Whose registration stays without an answer, and whose login is answered with an error. */
export const OWED = 'owed@sallyport.test';
export const BROKEN = 'broken@sallyport.test';

export async function startNeighbours({ ahead, answers }: NeighbourOptions): Promise<Neighbours> {
  const provider = await startProvider();
  const seconds = Math.round(ahead / 1_000);
  provider.server.service.on('beforeTokenSigning', ({ payload }) => {
    for (const time of ['iat', 'exp', 'nbf', 'auth_time']) {
      if (typeof payload[time] === 'number') payload[time] += seconds;
    }
  });
  const hooks = await startHookReceiver();
  hooks.answer(({ body }) => {
    const email = read(body, 'email');
    if (email === OWED && !answers) return 'hang';
    return { status: email === BROKEN ? 500 : 204 };
  });
  return {
    provider,
    hooks,
    names: { hooks: hooks.url, provider: provider.issuer },
    async stop() {
      await provider.stop();
      await hooks.stop();
    },
  };
}
