/** An address that whoever it belongs to knows again, and nobody else: `v…@sallyport.test`, `+49…67`. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0) return `${address.slice(0, 3)}…${address.slice(-2)}`;
  return `${Array.from(address)[0] ?? ''}…${address.slice(at)}`;
}
