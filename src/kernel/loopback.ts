const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;

/** True for a host name or an address that leads to this machine only; an IPv6 address also in brackets, as in URLs. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);
