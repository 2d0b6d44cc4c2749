import type { Config } from '../config.ts';
import type { LoadContext } from './load-context.ts';
import { readSecrets } from './secrets.ts';
import type { TypedValues } from './typed-values.ts';

/** The lists below `secrets`; `default` stands in for the ones that are not written. */
export function readAllSecrets(
  values: TypedValues,
  { command, judged, missing, origin, devSecrets, problems }: LoadContext,
): Config['secrets'] {
  const warn = command === 'serve';
  const say = missing === 'note' ? problems.note : problems.error;
  const needed = judged || command === 'courier';
  const read = (name: string): readonly string[] =>
    readSecrets(values.find(`secrets.${name}`), name === 'cipher', warn, problems);
  const general = read('default');
  const own = read('cookie');
  const cookie = own.length > 0 ? own : general;
  const written = values.has('secrets.cookie') || values.has('secrets.default');
  const broken = ['secrets.cookie', 'secrets.default'].some((key) => values.has(key) && !values.find(key));
  if (cookie.length === 0 && !broken && needed) {
    const path =
      values.find('secrets.cookie')?.at ??
      (origin.dialect === 'current'
        ? values.at('secrets.cookie')
        : { ...values.at('secrets'), path: 'secrets.session' });
    say(
      path,
      'missing',
      written ? 'holds no secret' : 'is missing',
      'cookies are sealed: write at least one secret of 32 characters, or set SECRETS_COOKIE',
    );
  }
  const cipher = read('cipher');
  if (warn && cipher.length === 0 && !values.has('secrets.cipher')) {
    problems.warn(
      values.at('secrets.cipher'),
      'unsafe',
      'is missing',
      'write 32 characters, so that what is confidential is stored encrypted',
    );
  }
  const pagination = read('pagination');
  const made = devSecrets === undefined ? [] : [devSecrets.cookie];
  const cookies = cookie.length > 0 ? cookie : made;
  return {
    cookie: cookies,
    cipher: cipher.length > 0 || devSecrets === undefined ? cipher : [devSecrets.cipher],
    pagination: pagination.length > 0 ? pagination : cookies,
    events: general.length > 0 ? general : cookies,
    rotated: Object.entries({ default: general, cookie: own, cipher, pagination })
      .filter(([, secrets]) => secrets.length > 1)
      .map(([name, secrets]) => ({ key: `secrets.${name}`, older: secrets.length - 1 })),
  };
}
