import { isIP } from 'node:net';
import type { Middleware } from 'koa';
import { SallyportError } from '../../kernel/error.ts';

export interface HostNames {
  /** The listener's base URL, whose host is one of its names. */
  readonly baseUrl: string;
  /** Further names; `*.example.org` stands for every name below it. */
  readonly names: readonly string[];
  /** The key of the configuration that adds a name. */
  readonly key: string;
}

/**
 * A listener that takes only requests for its own names: its own one, those of `names`, and every name that no stranger
 * can own in public DNS. So a page whose name was pointed at this machine (DNS rebinding) reads nothing (security AD-8).
 * Health answers to any name. Throws 421.
 */
export function createHostNames({ baseUrl, names, key }: HostNames): Middleware {
  const own = [hostOf(new URL(baseUrl).host), ...names.map((name) => name.toLowerCase())];
  return (ctx, next) => {
    const host = hostOf(ctx.req.headers.host ?? '');
    // Without a name: HTTP/1.0, which no browser sends.
    if (host === '' || isPrivateName(host) || own.some((name) => matches(name, host))) return next();
    if (ctx.path.startsWith('/health/')) return next();
    const reason = `This listener does not answer to the name ${host}. If it is one of its names, write it into ${key}.`;
    throw new SallyportError('misdirected_request', reason);
  };
}

/** The name of a `Host` header in small letters: no port, no brackets, no dot at its end. */
function hostOf(header: string): string {
  const [, name] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(header.toLowerCase()) ?? [];
  return (name ?? header).replace(/^\[|\]$/g, '').replace(/(.)\.$/, '$1');
}

/** An address, a name of one label, or one below a name that is never delegated (RFC 6761, RFC 9476, Kubernetes). */
function isPrivateName(host: string): boolean {
  if (isIP(host) !== 0 || /^[a-z0-9_-]+$/.test(host)) return true;
  return ['.svc', '.cluster.local', '.internal', '.localhost'].some((end) => host.endsWith(end));
}

const matches = (name: string, host: string): boolean =>
  name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
