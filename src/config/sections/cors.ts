import { isLocalName, parseAllowedUrl } from '../../kernel/return-url.ts';
import type { PublicListener } from '../config.ts';
import type { At } from '../source/yaml-tree.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

const key = (part: string): string => `serve.public.cors.${part}`;

/** Which pages of other origins may ask (security CS-9); undefined: none. */
export function readCors(values: TypedValues, { problems }: LoadContext): PublicListener['cors'] {
  if (!values.flag(key('enabled'))) return undefined;
  const name = key('allowed_origins');
  const written = values.has(name);
  const origins = values.strings(name);
  const asked = values.flag(key('allow_credentials'));
  const anyone = origins.includes('*');
  if (anyone && asked)
    problems.warn(
      written ? values.at(name) : { ...values.at(key('enabled')), path: name },
      'unsafe',
      written ? 'holds "*"' : 'is not written, which means "*"',
      'any page may read what nobody signs in for, and none sends cookies: name the origins that may',
    );
  for (const origin of origins) checkOrigin(origin, values.at(name), problems);
  return {
    origins: origins.map((origin) => origin.replace(/\/$/, '')),
    methods: values.strings(key('allowed_methods')),
    headers: values.strings(key('allowed_headers')),
    exposed: values.strings(key('exposed_headers')),
    credentials: asked && !anyone,
    maxAge: values.number(key('max_age')),
  };
}

function checkOrigin(origin: string, at: At, problems: LoadContext['problems']): void {
  if (origin === '*') return;
  const parsed = parseAllowedUrl(origin, { ignorePath: false });
  if (!('problem' in parsed) && parsed.wildcard && isLocalName(parsed.host)) {
    problems.judge(
      at,
      'production-floor',
      `holds ${JSON.stringify(origin)}, names of the machine that asks`,
      'write the origins people use; names below localhost are for --dev',
    );
    return;
  }
  const problem =
    'problem' in parsed
      ? parsed.problem
      : !['http', 'https'].includes(parsed.scheme)
        ? 'is not http or https'
        : parsed.path !== '/' || /[?#]/.test(origin)
          ? 'has more than scheme, host and port'
          : undefined;
  if (problem !== undefined)
    problems.error(
      at,
      'wrong-value',
      `holds ${JSON.stringify(origin)}, which ${problem}`,
      'write exact origins such as https://app.example.org, or https://*.example.org',
    );
}
