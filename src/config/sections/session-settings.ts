import { isObject } from '../../kernel/json.ts';
import type { Config } from '../config.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

/** `session`: how long sessions last, how many there may be, and what has no effect of that. */
export function readSession(
  values: TypedValues,
  { problems }: LoadContext,
  cookie: Config['session']['cookie'],
): Config['session'] {
  const lifespan = values.number('session.lifespan');
  const inactivity = values.number('session.inactivity');
  const maxPerIdentity = values.number('session.max_per_identity');
  if (inactivity >= lifespan)
    problems.warn(
      values.at('session.inactivity'),
      'no-effect',
      'is no shorter than session.lifespan',
      'a session is over before it could be unused for so long',
    );
  if (values.has('session.when_full') && maxPerIdentity === 0)
    problems.warn(
      values.at('session.when_full'),
      'no-effect',
      'is written without session.max_per_identity',
      'without a number no account is full',
    );
  return {
    lifespan,
    earliestExtend: Math.min(values.maybeNumber('session.earliest_possible_extend') ?? lifespan, lifespan),
    requiredAal: values.choice('session.whoami.required_aal', ['aal1', 'highest_available']),
    inactivity,
    maxPerIdentity,
    whenFull: values.choice('session.when_full', ['end_oldest', 'refuse']),
    tokenTemplates: readTokenTemplates(values, problems),
    cacheableFor: values.flag('feature_flags.cacheable_sessions')
      ? (values.maybeNumber('feature_flags.cacheable_sessions_max_age') ?? Number.MAX_SAFE_INTEGER)
      : undefined,
    cookie,
  };
}

const TEMPLATES = 'session.whoami.tokenizer.templates';
const TEMPLATE_NAME = /^[A-Za-z0-9._-]+$/;
/** What the reference says that it is; it leaves a token without a lifespan instead. */
const TOKEN_LIFESPAN = 60_000;

/** `session.whoami.tokenizer.templates`; the schema has checked each value. */
function readTokenTemplates(
  values: TypedValues,
  problems: LoadContext['problems'],
): Config['session']['tokenTemplates'] {
  const found = values.find(TEMPLATES)?.value;
  return Object.entries(isObject(found) ? found : {}).flatMap(([name, template]) => {
    const path = `${TEMPLATES}.${name}`;
    if (!TEMPLATE_NAME.test(name))
      problems.error(
        { ...values.at(TEMPLATES), path },
        'wrong-value',
        'is no name',
        'write letters, digits, `.`, `_` or `-`',
      );
    if (!isObject(template) || typeof template['jwks_url'] !== 'string') return [];
    const { jwks_url: keySet, claims_mapper_url: mapper, ttl, subject_source: subject } = template;
    if (ttl === 0)
      problems.warn(
        { ...values.at(TEMPLATES), path: `${path}.ttl` },
        'safe-reading',
        'is no time at all',
        '1m is taken',
      );
    return [
      {
        name,
        path,
        keySet,
        mapper: typeof mapper === 'string' ? mapper : undefined,
        lifespan: typeof ttl === 'number' && ttl > 0 ? ttl : TOKEN_LIFESPAN,
        subject: subject === 'external_id' ? ('external_id' as const) : ('id' as const),
      },
    ];
  });
}
