import { duration, flag, integer, map, type MapOf, type Spec } from './spec.ts';

const budget = (about: string, tries: number, per: string): Spec =>
  map(
    {
      tries: integer(1, 1_000_000, 'The number allowed.', { default: tries }),
      per: duration('The time in which they are counted.', { default: per }),
    },
    { about },
  );

/** `limits` (security BF-2) */
export const limits: MapOf = map({
  devices: flag(
    'Tells devices that have signed in to an account before from strangers: browsers by the cookie `<session cookie>_device`, apps by the network of a sign-in of the last 30 days. `false` neither sets nor reads the cookie, and everybody is a stranger.',
    { default: true },
  ),
  password_failures: budget(
    'Wrong passwords of strangers for one account from one network; then a wait of 1 s to 15 min.',
    10,
    '15m',
  ),
  device_failures: budget(
    'Wrong passwords for one account from a device that has signed in to it before; then the same wait.',
    10,
    '15m',
  ),
  network_failures: budget('Wrong passwords of one network over all accounts.', 100, '15m'),
  stranger_failures: budget('Wrong passwords for one account of all strangers, since the last right one.', 100, '24h'),
  code_failures: budget('Wrong codes for one account over all flows; from then on a code has one try.', 100, '24h'),
  factor_failures: budget(
    'Wrong second factors for one account, over all kinds of them: app codes, backup codes, security keys, mailed codes.',
    30,
    '24h',
  ),
  device_factor_failures: budget(
    'Wrong second factors for one account from a browser that has shown a right one before.',
    30,
    '24h',
  ),
  sends_at_once: budget('Messages within one flow; further ones are withheld.', 1, '30s'),
  sends: budget('Messages to one address from one network.', 5, '1h'),
  sends_a_day: budget('Messages to one address from one network, over a day.', 15, '24h'),
  stranger_sends: budget('Messages to one address for all strangers; above it one an hour for each network.', 30, '1h'),
  stranger_sends_a_day: budget('Messages to one address for all strangers, over a day.', 300, '24h'),
  device_sends: budget(
    'Messages to one address that a device asks for which has signed in to the account before.',
    5,
    '1h',
  ),
  recovery_sends: budget('Recovery messages to one address from one network.', 5, '1h'),
  network_sends: budget('Messages asked for from one network.', 100, '1h'),
  registrations: budget('Accounts made from one network; forms that are refused do not count.', 20, '1h'),
  flows: budget(
    'Rows that one network causes: flows, flows in place of others, errors that wait for their page.',
    60,
    '1m',
  ),
});
