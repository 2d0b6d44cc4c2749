import { readText } from '../support/http-client.ts';
import { mail, other, type Scene, somebody } from './scene.ts';
import { SCENES_OF_FACTORS } from './scenes-of-factors.ts';
import type { Stage } from './stage.ts';

export const SCENES: Readonly<Record<string, Scene>> = {
  ...Object.fromEntries(Object.entries(SCENES_OF_FACTORS).map(([name, scene]) => [name, { ...scene, gaps: true }])),
  'login-browser-form-success': somebody('astrid0'),
  'login-browser-form-wrong-password': somebody('bo1'),
  'login-browser-spa-wrong-password': somebody('cleo2'),
  'login-spa-return-to': somebody('dario3'),
  'login-api-success': somebody('edda4', { login: 'edda_77', person: { given: 'Edda' } }),
  'login-api-refused-requests': somebody('finn5'),
  'login-csrf': somebody('gus6'),
  'login-while-signed-in': {
    async before(stage) {
      await stage.person({ mail: mail('hedda7') });
      await stage.cookies(mail('hedda7'), 'cookie:1', 'cookie:2');
    },
  },
  'login-inactive-identity': {
    async before(stage) {
      await stage.person({ mail: mail('ivo8') }, { state: 'inactive' });
    },
  },
  'login-identifier-first-password': somebody('tyra48'),
  'registration-duplicate': somebody('nils13'),
  'hooks-login-interrupt': somebody('gerd59'),
  // Each refused sign-in sends a code; the second one is typed.
  'login-before-verification': {
    ...somebody('hild60'),
    at: { 7: async (stage) => stage.bind('code:1', await stage.code(mail('hild60'), 1)) },
  },
  'settings-spa-profile-and-password': {
    async before(stage) {
      await stage.person({ mail: mail('oona14') });
      await stage.cookies(mail('oona14'), 'cookie:1', 'cookie:2');
    },
  },
  'settings-without-session': {
    async before(stage) {
      await stage.person({ mail: mail('pia16') });
      await stage.person({ mail: mail('ronja17') });
      stage.bind('token:1', await stage.token(mail('pia16')));
      stage.bind('token:2', await stage.token(mail('ronja17')));
    },
  },
  'settings-needs-refresh': {
    async before(stage) {
      await stage.person({ mail: mail('dagny56') });
      await stage.cookies(mail('dagny56'), 'cookie:1', 'cookie:2');
      stage.bind('token:2', await stage.token(mail('dagny56')));
    },
  },
  'logout-browser-and-spa': {
    async before(stage) {
      await stage.person({ mail: mail('siri18') });
      await stage.cookies(mail('siri18'), 'cookie:1', 'cookie:2');
      await stage.cookies(mail('siri18'), 'cookie:3', 'cookie:4');
    },
  },
  'logout-api': {
    async before(stage) {
      await stage.person({ mail: mail('tora19') });
      stage.bind('token:2', await stage.token(mail('tora19')));
    },
  },
  'sessions-whoami-variants': {
    async before(stage) {
      stage.bind('uuid:1', await stage.person({ mail: mail('tuva20') }));
      await stage.cookies(mail('tuva20'), 'cookie:1', 'cookie:2');
      stage.bind('token:1', await stage.token(mail('tuva20')));
    },
    at: {
      async 6(stage) {
        const patch = [{ op: 'replace', path: '/state', value: 'inactive' }];
        await stage.admin('PATCH', `/admin/identities/${stage.value('uuid:1')}`, patch);
      },
    },
  },
  // The session that asks is not in the list: three others are.
  'sessions-list-and-revoke': {
    async before(stage) {
      const id = await stage.person({ mail: mail('ulla21') });
      stage.bind('token:1', await stage.token(mail('ulla21')));
      const own = await stage.admin('GET', `/admin/identities/${id}/sessions`);
      stage.bind('uuid:8', readText(own.json, '0.id'));
      for (let others = 0; others < 3; others += 1) await stage.token(mail('ulla21'));
    },
  },
  'sessions-admin': {
    async before(stage) {
      stage.bind('uuid:1', await stage.person({ mail: mail('vera22') }));
      await stage.token(mail('vera22'));
      await stage.token(mail('vera22'));
    },
  },
  'admin-identity-errors': {
    async before(stage) {
      stage.bind('uuid:1', await stage.person({ mail: mail('xenia24') }));
    },
  },
  // 26 identities in all. Their order is the server's, so who is called zeno is decided when it is known.
  'admin-identities-pagination': {
    async before(stage) {
      for (const id of await everybody(stage)) await stage.admin('DELETE', `/admin/identities/${id}`);
      for (let count = 0; count < 26; count += 1) await stage.person({ mail: mail(`guest${count}`) });
      const ids = await everybody(stage);
      const traits = { mail: mail('zeno28'), terms: true };
      const patch = [{ op: 'replace', path: '/traits', value: traits }];
      await stage.admin('PATCH', `/admin/identities/${ids[2]}`, patch);
      stage.bind('uuid:5', ids[8] ?? '');
      stage.bind('uuid:6', ids[9] ?? '');
    },
  },
  'recovery-code-browser': {
    ...somebody('jarl38'),
    at: { 4: async (stage) => stage.bind('code:1', await stage.code(mail('jarl38'))) },
  },
  'recovery-code-spa': {
    ...somebody('inga37'),
    at: {
      async 3(stage) {
        const right = await stage.code(mail('inga37'));
        stage.bind('code:1', right);
        stage.bind('code:2', other(right));
      },
    },
  },
  'recovery-api-unknown-address': {
    at: {
      async 3(stage) {
        await stage.person({ mail: mail('kari40') });
        await stage.cookies(mail('kari40'), 'cookie:1', 'cookie:2');
      },
    },
  },
  'recovery-link-browser': {
    ...somebody('ymer53'),
    at: { 4: async (stage) => stage.bind('token:3', await stage.linkToken(mail('ymer53'))) },
  },
  'verification-code-api': {
    async before(stage) {
      stage.bind('uuid:3', await stage.person({ mail: mail('leif41') }));
    },
    at: {
      async 2(stage) {
        const right = await stage.code(mail('leif41'));
        stage.bind('code:1', right);
        stage.bind('code:2', other(right));
      },
    },
  },
  'verification-code-browser': {
    ...somebody('maja42'),
    at: { 3: async (stage) => stage.bind('code:1', await stage.code(mail('maja42'))) },
  },
  'verification-link': {
    ...somebody('alva54'),
    at: { 3: async (stage) => stage.bind('token:4', await stage.linkToken(mail('alva54'))) },
  },
  'registration-spa-success': {
    at: { 3: async (stage) => stage.bind('code:1', await stage.code(mail('jonna9'))) },
  },
  'login-code-browser': {
    ...somebody('unn50'),
    at: { 6: async (stage) => stage.bind('code:1', await stage.code(mail('unn50'))) },
  },
  'login-code-api-wrong-codes': somebody('vidar51'),
  'registration-code-api': {
    at: {
      async 2(stage) {
        stage.bind('code:2', other(await stage.code(mail('siv47'))));
      },
      4: async (stage) => stage.bind('code:3', await stage.code(mail('siv47'), 1)),
    },
  },
  'admin-recovery-code': {
    async before(stage) {
      stage.bind('uuid:1', await stage.person({ mail: mail('greta35') }));
    },
  },
  'admin-recovery-link': {
    async before(stage) {
      stage.bind('uuid:1', await stage.person({ mail: mail('gunn55') }));
    },
  },
  'admin-courier-messages': {
    async before(stage) {
      await stage.person({ mail: mail('halla36') });
      await stage.recover(mail('halla36'));
    },
  },
  'admin-credentials-and-import': {
    at: {
      0: (stage) => stage.bind('hash', '$md5$4QrcOUm6Wau+VuBX8g+IPg=='),
      4: (stage) => stage.bind('hash', '$rot13$nffjbeq'),
    },
  },
};

async function everybody(stage: Stage): Promise<readonly string[]> {
  const { json } = await stage.admin('GET', '/admin/identities?page_size=500');
  return Array.isArray(json) ? json.map((one: unknown) => readText(one, 'id')) : [];
}
