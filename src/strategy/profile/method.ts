import { defineMethod } from '../method.ts';
import { GROUP } from './profile-parts.ts';
import { createProfileRegistration } from './registration.ts';
import { createProfileSettings } from './settings.ts';
import { profileSection } from './settings-section.ts';

/** The traits: changed in settings, and on a page of their own in a registration in two steps. It proves nothing. */
export const profile = defineMethod({
  name: 'profile',
  section: profileSection,
  group: GROUP,
  order: { registration: 70, settings: 20 },
  carriesTraits: true,
  texts: { section: ['Profile', 'Your details, as we keep them.'] },
  lanes: ({ settings }) => (settings.enabled ? { settings: {} } : {}),

  types({ kind, page, event, person: { traits } }) {
    if (kind === 'settings') return event.startsWith('accept.') ? { traits } : undefined;
    if (kind !== 'registration') return undefined;
    if (event === 'challenge.credentials') return { traits };
    if (event === 'challenge.traits') return { screen: 'previous', traits };
    return event === 'strategy.reject' && page === 'traits' ? { traits: {} } : undefined;
  },
  create: ({ schemas }, { name, settings }) => ({
    strategies: [
      // A registration that waits on the page of its traits goes on, whatever the style is by then.
      createProfileRegistration({ name, schemas }),
      ...(settings.enabled ? [createProfileSettings({ name, schemas })] : []),
    ],
  }),
});
