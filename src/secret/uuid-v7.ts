/**
 * A UUID of version 7 (RFC 9562 5.7): the time in milliseconds, then the last 74 of the random bits of `uuid`, which is one of
 * version 4: the system's generator makes those in stock.
 */
export function uuidV7(now: number, uuid: string): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${uuid.slice(15)}`;
}
