import { OWNER_NOTICES, type OwnerNotice } from '../../kernel/owner-notice.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

const SECTION = 'courier.notify';

/**
 * What owners of accounts are told. A file without the section was written before there was one: nothing is sent and a
 * warning says so. `delivers`: there is a way to send a message; `keeps`: it stays in the inbox of `dev`.
 */
export function readOwnerNotices(
  values: TypedValues,
  { command, files, problems }: LoadContext,
  { delivers, keeps }: { readonly delivers: boolean; readonly keeps: boolean },
): readonly OwnerNotice[] {
  const starts = command === 'serve' || command === 'dev';
  const written = values.covers(SECTION);
  const asked = OWNER_NOTICES.filter((name) => values.flag(`${SECTION}.${name}`));
  if (written) {
    const sends = delivers || keeps;
    if (starts && !sends && asked.length > 0)
      problems.warn(
        values.at(SECTION),
        'no-effect',
        'has no way to send a message',
        'write courier.smtp.connection_uri, or courier.http and courier.delivery_strategy: http',
      );
    if (starts && asked.includes('new_device') && !values.flag('limits.devices'))
      problems.warn(
        values.at(`${SECTION}.new_device`),
        'no-effect',
        'is true, and limits.devices is false',
        'devices are not told apart without their cookie, so no sign-in is told of',
      );
    return sends ? asked : [];
  }
  if (command === 'dev' && files.length === 0) return asked;
  if (starts && delivers)
    problems.warn(
      values.at(SECTION),
      'owner-not-told',
      'is missing, so nobody is told when their password, address or second factor changes',
      'write courier: { notify: { password_changed: true } }, or false for each to leave it at that',
    );
  return [];
}
