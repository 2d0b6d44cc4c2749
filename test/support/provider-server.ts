import { OIDC_FILES, oidcConfig, type OidcConfig } from './oidc-config.ts';
import { startProvider, type TestProvider } from './provider.ts';
import { startServer, type TestServer } from './server.ts';

/** A provider, and a server that signs people in with it. */
export interface ProviderAndServer {
  readonly provider: TestProvider;
  readonly server: TestServer;
  /** Stops both. */
  readonly stop: () => Promise<void>;
}

/** Starts a provider, then a server whose configuration names it. */
export async function startWithProvider(
  configOf: (provider: TestProvider) => OidcConfig,
  files: Readonly<Record<string, string>> = {},
): Promise<ProviderAndServer> {
  const provider = await startProvider();
  const server = await startServer({ config: oidcConfig(configOf(provider)), files: { ...OIDC_FILES, ...files } });
  return {
    provider,
    server,
    async stop() {
      await server.stop();
      await provider.stop();
    },
  };
}
