import ipaddr from 'ipaddr.js';

export interface AddressRules {
  /** Loopback may be reached, for development. */
  readonly loopback: boolean;
  /** `clients.http.disallow_private_ip_ranges`; link-local and metadata addresses stay out of reach without it. */
  readonly disallowPrivate: boolean;
}

/** Addresses of cloud metadata services outside of the link-local range. */
const METADATA = new Set(['168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254']);
const NEVER = new Set(['linkLocal', 'multicast', 'broadcast', 'unspecified']);

/** Whether a request on behalf of a hook, a mail channel or a provider may go to this address (security AD-5). */
export function isReachable(address: string, rules: AddressRules): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  const held = unwrap(parsed);
  if ([parsed, held].some((each) => NEVER.has(each.range()) || METADATA.has(each.toString()))) return false;
  if (parsed.range() === 'unicast') return true;
  if (parsed.range() === 'loopback' && rules.loopback) return true;
  return !rules.disallowPrivate;
}

/** The IPv4 address inside an IPv6 one: mapped (RFC 4291), translated (RFC 6145, RFC 6052), 6to4. */
function unwrap(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === 'ipv4Mapped' || range === 'rfc6145' || range === 'rfc6052') return new ipaddr.IPv4(bytes.slice(12));
  return range === '6to4' ? new ipaddr.IPv4(bytes.slice(2, 6)) : address;
}
