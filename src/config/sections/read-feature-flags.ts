import type { Config } from '../config.ts';
import { FEATURE_FLAGS } from '../schema/feature-flags.ts';
import type { TypedValues } from './typed-values.ts';

export function readFeatureFlags(values: TypedValues): Config['featureFlags'] {
  const pairs = FEATURE_FLAGS.flatMap((name) => {
    const value = values.find(`feature_flags.${name}`)?.value;
    if (typeof value === 'number') return [[name, `${value}ms`] as const];
    return typeof value === 'boolean' || typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(pairs);
}
