import { hookTest } from 'sallyport/plugin/test';
import { test } from 'vitest';
import companyOnly from '../examples/custom-hook/plugins/company_only.ts';
import redirect from './redirect.ts';
import revokeActiveSessions from './revoke_active_sessions.ts';
import session from './session.ts';
import verify from './verify.ts';

const to = 'https://app.example/welcome';

hookTest(
  redirect,
  [
    { name: 'sends the person on', at: 'login.after', config: { to }, verdict: { kind: 'redirect', to } },
    { name: 'refuses a dangerous scheme', config: { to: 'javascript:alert(1)' }, refused: 'to' },
    {
      name: 'goes where the person wanted if the list lets them',
      at: 'login.after',
      config: { to, allow_user_defined: true },
      facts: { returnTo: 'https://app.example/mine' },
      verdict: { kind: 'redirect', to: 'https://app.example/mine' },
    },
    {
      name: 'suspends registration before anything is stored',
      at: 'registration.after',
      config: { to },
      verdict: { kind: 'redirect', to },
    },
  ],
  test,
);
hookTest(
  session,
  [{ name: 'issues one', at: 'registration.after', writes: ['sessions.issue'], verdict: { kind: 'continue' } }],
  test,
);
hookTest(
  revokeActiveSessions,
  [{ name: 'ends the others', at: 'login.after', writes: ['sessions.revokeOthers'] }],
  test,
);
hookTest(verify, [{ name: 'begins verification', at: 'registration.after', writes: ['verification.start'] }], test);
hookTest(
  companyOnly,
  [
    {
      name: 'lets its own people in',
      config: { domain: 'example.org' },
      facts: { draft: { identity: { traits: { email: 'ada@example.org' } } } },
      verdict: { kind: 'continue' },
    },
    {
      name: 'refuses others',
      config: { domain: 'example.org' },
      facts: { draft: { identity: { traits: { email: 'ada@elsewhere.test' } } } },
      verdict: { kind: 'fail' },
    },
    { name: 'needs a domain', config: {}, refused: 'domain' },
  ],
  test,
);
