import type { Config, CookieSettings } from '../config.ts';
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
  for (const [key, { sameSite: site, secure: safe, domain }] of [
    ['cookies', cookies],
    ['session.cookie', session],
  ] as const) {
    const inherited =
      key === 'session.cookie' && !values.has('session.cookie.same_site') && !values.has('session.cookie.secure');
    if (site === 'none' && !safe && !inherited) {
      problems.error(
        values.at(`${key}.same_site`),
        'contradiction',
        'is None, but the cookie is not Secure',
        'browsers refuse that: write Lax, or secure: true',
      );
    }
    const host = URL.parse(publicUrl)?.hostname;
    const bare = domain?.replace(/^\./, '');
    if (
      values.has(`${key}.domain`) &&
      bare !== undefined &&
      host !== undefined &&
      host !== bare &&
      !host.endsWith(`.${bare}`)
    ) {
      problems.warn(
        values.at(`${key}.domain`),
        'unsafe',
        `is ${bare}, which ${host} does not belong to`,
        'browsers will not keep these cookies: write the domain of serve.public.base_url',
      );
    }
  }
  const { name, path } = session;
  if (name.startsWith('__Host-') && (!session.secure || path !== '/' || session.domain !== undefined)) {
    problems.error(
      values.at('session.cookie.name'),
      'contradiction',
      'begins with __Host-',
      'such a cookie is Secure, has the path / and no domain',
    );
  }
  if (name.startsWith('__Secure-') && !session.secure) {
    problems.error(
      values.at('session.cookie.name'),
      'contradiction',
      'begins with __Secure-',
      'such a cookie is Secure',
    );
  }
  return { cookies, session };
}
