/** What the owner of an account may be told by a message; each is a key below `courier.notify`. The first of an act is told. */
export const OWNER_NOTICES = [
  'recovery_used',
  'address_changed',
  'password_changed',
  'factor_changed',
  'new_device',
] as const;

export type OwnerNotice = (typeof OWNER_NOTICES)[number];
