import { formatDuration } from '../../kernel/clock.ts';
import type { Checked } from '../checked.ts';
import type { Release, Setting } from '../config.ts';

type Defaults = Readonly<Record<string, Setting>>;

/** Registration on one page, verification and recovery by links: so it was in every release up to v0.8. */
const UP_TO_V0_8: Defaults = {
  'selfservice.flows.registration.style': 'unified',
  'selfservice.flows.verification.use': 'link',
  'selfservice.methods.link.enabled': true,
  'selfservice.methods.code.enabled': false,
};

/** Defaults of former releases where those of today differ. */
const DEFAULTS: Readonly<Partial<Record<Release, Defaults>>> = {
  'v0.1': {
    ...UP_TO_V0_8,
    'selfservice.flows.verification.enabled': true,
    'selfservice.methods.link.config.lifespan': '24h',
  },
  'v0.3': {
    ...UP_TO_V0_8,
    'selfservice.flows.verification.enabled': true,
    'selfservice.methods.link.config.lifespan': '24h',
  },
  'v0.4': { ...UP_TO_V0_8, 'selfservice.flows.recovery.use': 'link', 'session.lifespan': '1h' },
  'v0.5': { ...UP_TO_V0_8, 'selfservice.flows.recovery.use': 'link' },
  'v0.6': { ...UP_TO_V0_8, 'selfservice.flows.recovery.use': 'link' },
  'v0.7': { ...UP_TO_V0_8, 'selfservice.flows.recovery.use': 'link' },
  'v0.8': { ...UP_TO_V0_8, 'selfservice.flows.recovery.use': 'link' },
};

const LINKS_END_WITH_THEIR_FLOW: readonly Release[] = ['v0.4', 'v0.5', 'v0.6'];

/** What a file of this release means where it says nothing. */
export function oldDefaults(release: Release, { values }: Checked): Defaults {
  const defaults = DEFAULTS[release] ?? {};
  if (!LINKS_END_WITH_THEIR_FLOW.includes(release)) return defaults;
  // There is one lifespan of links today: the shorter of the two flows that mail them.
  const lifespans = ['recovery', 'verification'].flatMap((flow) => {
    const ms = values.get(`selfservice.flows.${flow}.lifespan`)?.value;
    return typeof ms === 'number' ? [ms] : [];
  });
  return lifespans.length === 0
    ? defaults
    : { ...defaults, 'selfservice.methods.link.config.lifespan': formatDuration(Math.min(...lifespans)) };
}
