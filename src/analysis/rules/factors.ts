import { sectionKey } from '../../config/method-section.ts';
import type { MethodLane } from '../../flow/method-lane.ts';
import type { Extension } from '../../identity/extension.ts';
import type { Finding } from '../finding.ts';
import type { Subject } from '../subject.ts';

const WHOAMI = 'session.whoami.required_aal';
const SETTINGS = 'selfservice.flows.settings.required_aal';

const secondFactors = ({ methods }: Subject): readonly MethodLane[] =>
  methods.lanes('login').filter(({ factor }) => factor === 'second');

/** Whoever has a second factor is asked for it; and where it is to be asked for, there is one. */
export function factorsAreAsked(subject: Subject): readonly Finding[] {
  const { config, at } = subject;
  const asked = { [WHOAMI]: config.session.requiredAal, [SETTINGS]: config.flows.settings.requiredAal };
  const offered = secondFactors(subject).length > 0;
  return Object.entries(asked).flatMap(([key, level]): readonly Finding[] => {
    const place = at(key);
    if (offered && level === 'aal1') return [{ ...aside(key), at: place }];
    if (offered || level === 'aal1' || place.path !== key) return [];
    return [
      {
        id: 'factor-of-nobody',
        severity: 'note',
        at: place,
        found: 'the highest level is asked for, and no second factor is switched on: everybody has it with one',
        advice: 'switch a second factor on, such as selfservice.methods.totp.enabled: true, or leave this out',
      },
    ];
  });
}

function aside(key: string): Omit<Finding, 'at'> {
  const advice = `write ${key}: highest_available, which is the default`;
  return key === SETTINGS
    ? {
        id: 'factor-aside',
        severity: 'warning',
        found: 'a first factor alone changes password, addresses and connections of somebody who has a second one',
        advice,
      }
    : {
        id: 'factor-aside',
        severity: 'note',
        found:
          'a first factor alone opens the sessions of somebody who has a second one: each application has to look at the level itself',
        advice,
      };
}

/** A mailbox is one factor: whoever reads it must not come to both by it. */
export function recoveryKeepsLevel(subject: Subject): readonly Finding[] {
  const { config, schemas, at } = subject;
  const factors = secondFactors(subject);
  const mailed = factors.find((each) => each.mailed === true);
  const traits = schemas.list().flatMap(({ properties }) => properties.flatMap(({ extension }) => extension ?? []));
  if (mailed === undefined || !config.flows.recovery.enabled || !traits.some(bothByMail)) return [];
  const others = factors.filter((each) => each.mailed !== true).map(({ method }) => method);
  return [
    {
      id: 'recovery-lowers-level',
      severity: others.length > 0 ? 'note' : 'warning',
      at: at(sectionKey(mailed.method, 'mfa_enabled')),
      found: `whoever reads the mailbox sets a new password by recovery and is sent the second factor, too${others.length > 0 ? `, unless the account has ${others.join(' or ')}` : ''}`,
      advice:
        others.length > 0
          ? 'nothing, if people are told to add one of them'
          : 'offer a factor of another kind as well, such as selfservice.methods.totp.enabled: true, or send the codes as text messages',
    },
  ];
}

const bothByMail = ({ code, recovery }: Extension): boolean => code === 'email' && recovery === 'email';

/** Devices get lost: there is a way in without. */
export function devicesMayBeLost(subject: Subject): readonly Finding[] {
  const { config, methods, at } = subject;
  const onDevice = (name: string): boolean => methods.all.some((each) => each.name === name && each.onDevice === true);
  const [only, ...more] = methods.firstFactors;
  if (only !== undefined && [only, ...more].every(onDevice) && !config.flows.recovery.enabled)
    return [
      {
        id: 'last-way-in-lost',
        severity: 'warning',
        at: at(sectionKey(only, 'enabled')),
        found: `people sign in with ${[only, ...more].join(' or ')} alone, and there is no recovery: whoever loses the device has no way in`,
        advice: 'switch selfservice.flows.recovery.enabled on, or another method that signs people in',
      },
    ];
  const factors = secondFactors(subject);
  const lost = factors.find(({ method }) => onDevice(method));
  if (lost === undefined || !factors.every(({ method }) => onDevice(method))) return [];
  return [
    {
      id: 'last-way-in-lost',
      severity: 'note',
      at: at(sectionKey(lost.method, 'enabled')),
      found:
        'whoever loses the device of their second factor is locked out until an administrator takes the factor away',
      advice: 'switch selfservice.methods.lookup_secret.enabled on: codes on paper for that day',
    },
  ];
}
