import type { NamedSection } from '../method-section.ts';

/**
 * What this build offers beside its methods. A feature that the configuration switches on and that is named neither here
 * nor by a method (`offers`) is warned about at start and stays off; switching one on is one line.
 */
const OFFERED: readonly string[] = [
  // Flows that mail.
  'verification',
  'recovery',
  'login_hints',
  // Pages of a login.
  'identifier_first',
  // Everything else that a key can switch on.
  'courier.http',
  'courier.channels',
  'courier.template_override_path',
  'courier.templates',
  'feature_flags.cacheable_sessions',
  'feature_flags.faster_session_extend',
  'feature_flags.use_continue_with_transitions',
];

/** The features of this build with these methods. */
export const offeredFeatures = (sections: readonly NamedSection[]): ReadonlySet<string> =>
  new Set([...OFFERED, ...sections.flatMap(({ offers }) => offers)]);
