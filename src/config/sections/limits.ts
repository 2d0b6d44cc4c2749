import type { Config } from '../config.ts';
import type { TypedValues } from './typed-values.ts';

export const readLimits = (values: TypedValues): Config['limits'] => ({
  devices: values.flag('limits.devices'),
  passwordFailures: budget(values, 'password_failures'),
  deviceFailures: budget(values, 'device_failures'),
  networkFailures: budget(values, 'network_failures'),
  strangerFailures: budget(values, 'stranger_failures'),
  codeFailures: budget(values, 'code_failures'),
  factorFailures: budget(values, 'factor_failures'),
  deviceFactorFailures: budget(values, 'device_factor_failures'),
  sendsAtOnce: budget(values, 'sends_at_once'),
  sends: budget(values, 'sends'),
  sendsADay: budget(values, 'sends_a_day'),
  strangerSends: budget(values, 'stranger_sends'),
  strangerSendsADay: budget(values, 'stranger_sends_a_day'),
  deviceSends: budget(values, 'device_sends'),
  recoverySends: budget(values, 'recovery_sends'),
  networkSends: budget(values, 'network_sends'),
  registrations: budget(values, 'registrations'),
  flows: budget(values, 'flows'),
});

const budget = (values: TypedValues, name: string): Config['limits']['flows'] => ({
  tries: values.number(`limits.${name}.tries`),
  per: values.number(`limits.${name}.per`),
});
