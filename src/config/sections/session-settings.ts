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
    cookie,
  };
}
