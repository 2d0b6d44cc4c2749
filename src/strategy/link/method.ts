import { mailFlows, takenFlows } from '../address-challenge.ts';
import { defineMethod } from '../method.ts';
import { createLinkRecovery } from './recovery.ts';
import { linkSection } from './settings-section.ts';
import { createLinkVerification } from './verification.ts';

/** A link in a message: proves an address in verification, and an account in recovery. */
export const link = defineMethod({
  name: 'link',
  section: linkSection,
  group: 'link',
  texts: { section: ['Link', ''], recovery: 'recovery link' },
  provesAddress: true,
  secretLifespan: ({ lifespan }) => lifespan,
  confirmsLink: ({ confirm }) => confirm,
  lanes: (about) => Object.fromEntries(mailFlows(about).map((flow) => [flow, { returns: true }])),
  reviewed: [{ key: 'config.lifespan', of: ({ lifespan }) => lifespan, better: 'less' }],

  types({ event, person: { identifier } }) {
    if (event === 'challenge.sent') return { email: identifier };
    return event === 'strategy.reject' ? { email: 'no address' } : undefined;
  },

  create({ identities, secrets, mailing, random, hashToken }, about) {
    const { name, settings, config } = about;
    const { lifespan } = settings;
    const parts = { name, identities, secrets, mailing, random, hashToken };
    const make = { verification: createLinkVerification, recovery: createLinkRecovery };
    return {
      strategies: takenFlows(about).map((flow) =>
        make[flow]({ ...parts, settings: { lifespan, notifyUnknown: config.flows[flow].notifyUnknown } }),
      ),
      challenge: {
        lifespan,
        texts: false,
        sent: { verification: 1080001, recovery: 1060002 },
        issue: (flow, request) =>
          flow === 'recovery'
            ? mailing.link('recovery_link', 'recovery_valid', request)
            : mailing.link('verification_link', 'verification_valid', request),
      },
    };
  },
});
