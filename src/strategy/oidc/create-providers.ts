import type { Config } from '../../config/config.ts';
import type { Clock } from '../../kernel/clock.ts';
import { must } from '../../kernel/error.ts';
import type { ClaimsMapper } from './claims.ts';
import { createProviderClient } from './client.ts';
import type { Provider, Providers } from './provider.ts';
import { presets } from './providers/presets.ts';
import type { OidcSettings } from './settings-section.ts';

export interface ProviderSources {
  readonly config: Config;
  readonly settings: OidcSettings;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** By the id of the provider. */
  readonly mappers: ReadonlyMap<string, ClaimsMapper>;
}

/** Every configured provider with its preset, client and mapper. */
export function createProviders({ config, settings, mappers, fetch, clock }: ProviderSources): Providers {
  const base = settings.baseRedirectUri ?? config.serve.public.baseUrl;
  const callback = `${base.replace(/\/$/, '')}/self-service/methods/oidc/callback`;
  const made = settings.providers.map((entry): Provider => {
    const preset = must(presets.get(entry.provider), `Preset of ${entry.provider}`);
    const mapper = must(mappers.get(entry.id), `Mapper of ${entry.id}`);
    const redirectUri = entry.pkce === 'force' ? callback : `${callback}/${entry.id}`;
    const client = createProviderClient({ entry, preset, redirectUri, fetch, clock, dev: config.dev });
    return { id: entry.id, label: entry.label ?? entry.id, entry, preset, client, mapper };
  });
  return new Map(made.map((provider) => [provider.id, provider]));
}

/** One second: how long a page waits to learn where a provider's page is. */
const DISCOVERY_LIMIT = 1_000;

/** The origins of the providers' pages. Providers not asked before are asked now; of a slow one what is configured counts. */
export async function originsOf(providers: Providers): Promise<readonly string[]> {
  const all = [...providers.values()];
  const asked = Promise.allSettled(all.map(({ client }) => client.prepare()));
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, DISCOVERY_LIMIT)));
  await Promise.race([asked, limit]);
  clearTimeout(timer);
  return all.flatMap(({ client }) => client.origins());
}
