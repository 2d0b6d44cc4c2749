import { setTimeout as delay } from 'node:timers/promises';
import { mail, other, type Scene, somebody } from './scene.ts';
import type { Stage } from './stage.ts';

/** Longer than a sign-in is privileged in that configuration. */
const PRIVILEGE_ENDS = 4_500;

/** Passkeys, security keys and second factors. What is bent in refused answers is told by the recordings, in words. */
export const SCENES_OF_FACTORS: Readonly<Record<string, Scene>> = {
  'passkey-registration-refused': {
    ...somebody('disa3'),
    bends: { 3: 'wrong-challenge', 4: 'wrong-origin', 5: 'wrong-type', 6: 'wrong-rp', 7: 'user-absent' },
  },
  'passkey-login-spa': { ...registered('frida5'), bends: { 4: 'as before' } },
  'passkey-login-browser': { ...registered('gro6'), bends: { 2: 'broken-signature' } },
  'passkey-login-api': registered('helmi7'),
  'passkey-login-refused': {
    async before(stage) {
      await stage.registered(mail('ilse8'), 1, 2);
      stage.possessions.stray(2, 1);
    },
    bends: {
      4: 'wrong-challenge',
      5: 'wrong-origin',
      6: 'wrong-type',
      7: 'wrong-rp',
      8: 'user-absent',
      9: 'foreign-signature',
      10: 'other-eligibility',
    },
  },
  'passkey-settings': {
    ...somebody('jarl9'),
    at: {
      async 7(stage) {
        (await stage.registered(mail('kaisa10'), 3, 4)).bind('cookie:6', 'cookie:7');
      },
    },
  },
  'passkey-settings-browser': { ...somebody('leif11'), bends: { 2: 'wrong-challenge' } },
  'passkey-settings-api': somebody('maja12'),
  'passkey-then-totp': {
    async before(stage) {
      await stage.person({ mail: mail('nanna13') });
      const visit = await stage.visit(mail('nanna13'));
      await visit.passkey(1, 1);
      await visit.totp();
    },
  },
  'passkey-admin': {
    async before(stage) {
      stage.bind('uuid:1', await stage.person({ mail: mail('odd14') }));
      await (await stage.visit(mail('odd14'))).passkey(1, 1);
    },
  },
  'recovery-with-second-factor': {
    ...withTotp('quist16'),
    at: { 2: async (stage) => stage.bind('code:1', await stage.code(mail('quist16'))) },
  },
  'webauthn-second-factor-enrol': {
    ...somebody('runar17'),
    bends: { 2: 'wrong-challenge' },
    at: { 6: (stage) => void (stage.possessions.settings[2] = { counter: 5 }) },
  },
  'webauthn-second-factor-login': {
    async before(stage) {
      stage.possessions.settings[1] = { algorithm: 'RS256' };
      await withKey(stage, 'solveig18', 1, 1);
      await withKey(stage, 'tage19', 2, 2);
    },
    bends: { 4: 'broken-signature', 6: 'wrong-challenge' },
  },
  'webauthn-second-factor-browser': {
    before: (stage) => withKey(stage, 'unni20', 1, 1),
    bends: { 5: 'broken-signature' },
  },
  'webauthn-native': { who: mail('valter21'), before: (stage) => withKey(stage, 'valter21', 1, 1) },
  'second-factor-counter': {
    who: mail('wiking22'),
    async before(stage) {
      stage.possessions.settings[1] = { counter: 20 };
      await withKey(stage, 'wiking22', 1, 1);
    },
    bends: { 1: { of: ['get'], authenticatorData: (data) => ({ ...data, counter: 5 }) } },
  },
  'second-factor-refresh': {
    async before(stage) {
      await withAll(stage, 'ylva23');
    },
    opened: { 4: '?refresh=true&aal=aal2', 5: '?refresh=true&aal=aal2' },
  },
  'second-factor-required': {
    who: mail('aina24'),
    async before(stage) {
      await stage.person({ mail: mail('aina24') });
      await stage.person({ mail: mail('bosse25') });
      const first = await stage.visit(mail('aina24'));
      await first.settings('uuid:1', 'token:1');
      first.bind('cookie:1', 'cookie:2');
      await (await stage.visit(mail('aina24'))).totp();
    },
    at: { 12: (stage) => stage.cookies(mail('bosse25'), 'cookie:3', 'cookie:4') },
  },
  // What is refused here, and taken there, sets no cookie.
  'totp-errors': { ...somebody('carin26'), at: { 7: (stage) => stage.bind('cookie:4', stage.value('cookie:3')) } },
  'totp-enrol-at-aal1-refused': {
    async before(stage) {
      await stage.person({ mail: mail('doris27') });
      const first = await stage.visit(mail('doris27'));
      await first.settings('uuid:1', 'token:1');
      first.bind('cookie:1', 'cookie:2');
      await (await stage.visit(mail('doris27'))).key(1, 1);
    },
  },
  'lookup-secret-life': somebody('edit28'),
  'second-factor-native': {
    ...somebody('fia29'),
    at: { 2: (stage) => stage.app(stage.value('token:1')).backupCodes(2) },
  },
  'second-factor-admin': {
    async before(stage) {
      stage.bind('uuid:1', await withAll(stage, 'greta30'));
    },
  },
  'webauthn-passwordless-login': {
    async before(stage) {
      await stage.registered(mail('karl35'), 1, 1);
      await stage.person({ mail: mail('lotta36') });
    },
    bends: { 6: 'broken-signature' },
  },
  'webauthn-passwordless-settings': {
    async before(stage) {
      (await stage.registered(mail('mons38'), 1, 1, 'k')).bind('cookie:1', 'cookie:2');
    },
  },
  'passkey-identifier-first': {
    async before(stage) {
      await stage.registered(mail('oda40'), 1, 1);
      await stage.person({ mail: mail('petra42') });
    },
  },
  'code-second-factor-mail': {
    ...somebody('rebus43'),
    at: {
      1: (stage) => rightAndWrong(stage, 'rebus43'),
      5: async (stage) => stage.bind('code:3', await stage.code(mail('rebus43'), 1)),
    },
  },
  'code-second-factor-sms': {
    ...somebody('saga44', { mobile: '+46701740605' }),
    at: {
      2: async (stage) => stage.bind('code:1', await stage.text('+46701740605')),
      7: async (stage) => stage.bind('code:2', await stage.code(mail('saga44'))),
      9: async (stage) => stage.bind('code:3', await stage.text('+46701740605', 1)),
    },
  },
  'code-second-factor-locked': {
    ...somebody('tuva46'),
    at: {
      2: (stage) => rightAndWrong(stage, 'tuva46'),
      async 7(stage) {
        const visit = await stage.visit(mail('tuva46'));
        await visit.secondCode(() => stage.code(mail('tuva46'), 1));
        await visit.totp();
      },
    },
  },
  'privileged-second-factors': somebody('ulrik47'),
  'privileged-browser': { ...somebody('vidar48'), at: { 2: () => delay(PRIVILEGE_ENDS) } },
  'privileged-spa': {
    ...somebody('vera49'),
    opened: { 2: '?refresh=true&return_to=<public>%2Fself-service%2Fsettings%3Fflow%3D<uuid:1>' },
    at: {
      1: () => delay(PRIVILEGE_ENDS),
      // There the key was not stored.
      async 5(stage) {
        await stage.admin('DELETE', `/admin/identities/${stage.value('uuid:3')}/credentials/webauthn`);
      },
      6: () => delay(PRIVILEGE_ENDS),
    },
  },
  'hooks-second-factor-enrol': somebody('xenia50'),
  'hooks-second-factor-login': {
    who: mail('yrsa51'),
    async before(stage) {
      await stage.person({ mail: mail('yrsa51') });
      const visit = await stage.visit(mail('yrsa51'));
      await visit.totp();
      await visit.backupCodes(2);
      await visit.key(1, 1);
      await visit.passkey(2, 2);
    },
  },
  'mfa-totp-enrol': somebody('nanna43'),
  'mfa-totp-login': {
    ...withTotp('odd44'),
    // The reference takes a code again; here it is that of another step.
    at: { 11: async (stage) => stage.bind('code:1', await stage.possessions.code(stage.possessions.secret)) },
  },
  'mfa-lookup-secrets': somebody('pella45'),
};

function registered(name: string): Scene {
  return {
    async before(stage) {
      await stage.registered(mail(name), 1, 1);
    },
  };
}

function withTotp(name: string): Scene {
  return {
    who: mail(name),
    async before(stage) {
      await stage.person({ mail: mail(name) });
      await (await stage.visit(mail(name))).totp();
    },
  };
}

async function withKey(stage: Stage, name: string, credential: number, user: number): Promise<void> {
  await stage.person({ mail: mail(name) });
  await (await stage.visit(mail(name))).key(credential, user);
}

/** Somebody with a key, an app and backup codes, whose session has proved all of them. */
async function withAll(stage: Stage, name: string): Promise<string> {
  const id = await stage.person({ mail: mail(name) });
  const visit = await stage.visit(mail(name));
  await visit.key(1, 1);
  await visit.totp();
  await visit.backupCodes(2);
  visit.bind('cookie:1', 'cookie:2');
  return id;
}

async function rightAndWrong(stage: Stage, name: string): Promise<void> {
  const right = await stage.code(mail(name));
  stage.bind('code:1', right);
  stage.bind('code:2', other(right));
}
