import type { Config, CookieSettings } from '../config.ts';
import type { Problems } from '../source/problems.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

export function readCookies(
  values: TypedValues,
  { dev, problems }: LoadContext,
  publicUrl: string,
): { readonly cookies: CookieSettings; readonly session: Config['session']['cookie'] } {
  const sameSite = (key: string): CookieSettings['sameSite'] | undefined =>
    (['strict', 'lax', 'none'] as const).find((each) => each === values.maybeText(key)?.toLowerCase());
  const secure = (key: string, otherwise: boolean): boolean => (values.find(key) ? values.flag(key) : otherwise);

  const cookies: CookieSettings = {
    domain: values.maybeText('cookies.domain'),
    path: values.text('cookies.path'),
    sameSite: sameSite('cookies.same_site') ?? 'lax',
    secure: secure('cookies.secure', !dev),
  };
  const session = {
    name: values.text('session.cookie.name'),
    persistent: values.flag('session.cookie.persistent'),
    domain: values.maybeText('session.cookie.domain') ?? cookies.domain,
    path: values.maybeText('session.cookie.path') ?? cookies.path,
    sameSite: sameSite('session.cookie.same_site') ?? cookies.sameSite,
    secure: secure('session.cookie.secure', cookies.secure),
  };
  checkCookie(values, problems, 'cookies', cookies, publicUrl);
  checkCookie(values, problems, 'session.cookie', session, publicUrl);
  checkPrefix(values, problems, session);
  return { cookies, session };
}

/** What browsers refuse: SameSite=None without Secure, a domain that the public URL does not belong to. */
function checkCookie(
  values: TypedValues,
  problems: Problems,
  key: 'cookies' | 'session.cookie',
  { sameSite, secure, domain }: CookieSettings,
  publicUrl: string,
): void {
  const inherited =
    key === 'session.cookie' && !values.has('session.cookie.same_site') && !values.has('session.cookie.secure');
  if (sameSite === 'none' && !secure && !inherited) {
    problems.error(
      values.at(`${key}.same_site`),
      'contradiction',
      'is None, but the cookie is not Secure',
      'browsers refuse that: write Lax, or secure: true',
    );
  }
  const host = URL.parse(publicUrl)?.hostname;
  const bare = domain?.replace(/^\./, '');
  if (!values.has(`${key}.domain`) || bare === undefined || host === undefined) return;
  if (host === bare || host.endsWith(`.${bare}`)) return;
  problems.warn(
    values.at(`${key}.domain`),
    'unsafe',
    `is ${bare}, which ${host} does not belong to`,
    'browsers will not keep these cookies: write the domain of serve.public.base_url',
  );
}

/** What browsers ask of names with a prefix (RFC 6265bis, 4.1.3). */
function checkPrefix(
  values: TypedValues,
  problems: Problems,
  { name, path, secure, domain }: Config['session']['cookie'],
): void {
  const at = values.at('session.cookie.name');
  if (name.startsWith('__Host-') && (!secure || path !== '/' || domain !== undefined)) {
    problems.error(at, 'contradiction', 'begins with __Host-', 'such a cookie is Secure, has the path / and no domain');
  }
  if (name.startsWith('__Secure-') && !secure)
    problems.error(at, 'contradiction', 'begins with __Secure-', 'such a cookie is Secure');
}
