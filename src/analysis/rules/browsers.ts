import type { Finding } from '../finding.ts';
import type { Subject } from '../subject.ts';
import { isLoopback } from '../../kernel/loopback.ts';

/** The cookies a browser is given come back to where they are needed. */
export function cookiesComeBack({ config, at }: Subject): readonly Finding[] {
  if (config.dev) return [];
  const { baseUrl } = config.serve.public;
  const { protocol, hostname, pathname } = new URL(baseUrl);
  const found: Finding[] = [];
  const { cookie } = config.session;
  if (cookie.secure && protocol === 'http:' && !isLoopback(hostname)) {
    found.push({
      id: 'cookie-never-returns',
      severity: 'error',
      at: at('serve.public.base_url'),
      found: `is ${baseUrl}, and browsers keep Secure cookies only from https: nobody stays signed in`,
      advice: 'write the https address that people see, also behind a proxy',
    });
  }
  const covered = pathname.startsWith(cookie.path) || cookie.path === '/';
  if (!covered) {
    found.push({
      id: 'cookie-never-returns',
      severity: 'error',
      at: at('session.cookie.path'),
      found: `is ${cookie.path}, and browsers send this cookie to nothing the server answers under ${baseUrl}`,
      advice: 'write /',
    });
  }
  return found;
}

/** A page on another site posts without cookies, and every submit is refused. */
export function pagesAreNear({ config, at }: Subject): readonly Finding[] {
  if (config.cookies.sameSite === 'none') return [];
  const base = new URL(config.serve.public.baseUrl);
  return (['login', 'registration', 'settings', 'recovery', 'verification'] as const).flatMap(
    (flow): readonly Finding[] => {
      const { uiUrl, ownPage } = config.flows[flow];
      const ui = new URL(uiUrl);
      if (ownPage || sameSite(ui, base)) return [];
      return [
        {
          id: 'cross-site-ui',
          severity: 'warning',
          at: at(`selfservice.flows.${flow}.ui_url`),
          found: `is on ${ui.host}, another site than ${base.host}: browsers send no cookie with its forms, and every submit is refused`,
          advice: 'serve both below one domain, or write cookies.same_site: None over https',
        },
      ];
    },
  );
}

/** Scheme and registrable domain, as far as it can be told without a list. */
function sameSite(one: URL, other: URL): boolean {
  if (one.hostname === other.hostname) return one.protocol === other.protocol || isLoopback(one.hostname);
  if (one.protocol !== other.protocol) return false;
  const [a, b] = [one, other].map(({ hostname }) => hostname.split('.').toReversed());
  if (a === undefined || b === undefined || /^\d+$/.test(a[0] ?? '')) return false;
  const shared = a.findIndex((label, i) => label !== b[i]);
  const common = shared < 0 ? a.length : shared;
  // co.uk, com.au: below a country two labels are no name of one's own.
  const country = (a[0] ?? '').length === 2 && (a[1] ?? '').length <= 3;
  return common >= (country ? 3 : 2);
}
