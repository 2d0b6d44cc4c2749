import type { SecurityEvents } from '../event/security-events.ts';
import type { Configuration } from './configuration.ts';

/** Tells once, as a server starts, what of its configuration matters to security. */
export function tellStart(events: SecurityEvents, { config, weak }: Pick<Configuration, 'config' | 'weak'>): void {
  for (const { path, code } of weak) events.noted('configuration.weak', { key: path.slice(0, 255), issue: code });
  for (const list of config.secrets.rotated) events.noted('secret.rotated', list);
}
