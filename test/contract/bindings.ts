import { randomBytes, randomUUID } from 'node:crypto';

/** What the placeholders of one scenario stand for in this run: `uuid:1`, `token:2`, `public`. */
export interface Bindings {
  get(name: string): string | undefined;
  bind(name: string, value: string): void;
}

export function createBindings(origins: Readonly<Record<string, string>>): Bindings {
  const values = new Map(Object.entries(origins));
  return {
    get: (name) => values.get(name),
    bind: (name, value) => void values.set(name, value),
  };
}

/** What each kind of placeholder matches as long as nobody has said what it stands for. */
const SHAPES: Readonly<Record<string, string>> = {
  uuid: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  time: '(?:\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z|[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} [\\d:]{8} GMT)',
  duration: '-?\\d+',
  'unix-time': '\\d+',
  token: '[A-Za-z0-9_+/=.-]+',
  cookie: '[^;]*',
  code: '\\d{6}',
  secret: '[A-Za-z0-9]+',
  challenge: '[A-Za-z0-9_-]+',
  credential: '[A-Za-z0-9_-]+',
  'credential-hex': '[0-9a-f]+',
  'credential-base64': '[A-Za-z0-9+/]+=*',
  user: '[A-Za-z0-9_+/=-]+',
  'public-key': '[A-Za-z0-9+/]+=*',
  integrity: 'sha512-[A-Za-z0-9+/]+=*',
  choice: '.+',
  'page-token': '[^&>]*',
  hash: '.+',
  'totp-url': 'otpauth://.+',
  image: 'data:image/.+',
  ip: '[0-9a-fA-F.:\\[\\]]+',
  hex: '[0-9a-f]{64}',
};

const ORIGINS: ReadonlySet<string> = new Set(['public', 'admin', 'ui', 'hooks', 'provider', 'smtp']);
const PLACEHOLDER = /<([a-z][a-z0-9-]*)(?::(\d+))?>/g;

/** True when the text has the recorded form; what it says about unknown placeholders is bound. */
export function matches(recorded: string, text: string, bindings: Bindings): boolean {
  const groups: string[] = [];
  let at = 0;
  let pattern = '';
  for (const found of recorded.matchAll(PLACEHOLDER)) {
    const before = recorded.slice(at, found.index);
    at = found.index + found[0].length;
    pattern += escape(before) + patternOf(found[0].slice(1, -1), before, groups, bindings);
  }
  const match = new RegExp(`^${pattern}${escape(recorded.slice(at))}$`, 's').exec(text);
  if (match === null) return false;
  groups.forEach((name, index) => bindings.bind(name, match[index + 1] ?? ''));
  return true;
}

function patternOf(name: string, before: string, groups: string[], bindings: Bindings): string {
  const kind = name.replace(/:\d+$/, '');
  const bound = bindings.get(name);
  if (ORIGINS.has(name)) {
    const origin = bound ?? '';
    return `(?:${encodedFor(before, origin).map(escape).join('|')})`;
  }
  if (kind !== name && bound !== undefined) return kind === 'user' ? spellings(bound) : escape(bound);
  const shape = SHAPES[kind];
  if (shape === undefined) return escape(`<${name}>`);
  if (kind === name) return shape;
  const seen = groups.indexOf(name);
  if (seen >= 0) return `\\${seen + 1}`;
  groups.push(name);
  return `(${shape})`;
}

/** A user handle is told in base64 of either alphabet, or as the text that it is. */
function spellings(handle: string): string {
  const bytes = Buffer.from(handle, 'base64');
  const all = [handle, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('utf8')];
  return `(?:${all.map(escape).join('|')})`;
}

/** A recorded request as it is sent now. What the client made up when it was recorded is made up again. */
export function filled(recorded: string, bindings: Bindings): string {
  let before = '';
  let at = 0;
  let text = '';
  for (const found of recorded.matchAll(PLACEHOLDER)) {
    before = recorded.slice(at, found.index);
    at = found.index + found[0].length;
    const name = found[0].slice(1, -1);
    const value = bindings.get(name) ?? madeUp(name, bindings);
    text += before + (ORIGINS.has(name) ? encodedFor(before, value).at(-1) : value);
  }
  return text + recorded.slice(at);
}

function madeUp(name: string, bindings: Bindings): string {
  const kind = name.replace(/:\d+$/, '');
  const makers: Readonly<Record<string, () => string>> = {
    uuid: () => randomUUID(),
    token: () => `ory_st_${randomBytes(16).toString('hex')}`,
    cookie: () => randomBytes(32).toString('base64url'),
    'page-token': () => 'no-page-token',
    duration: () => '2019',
    'totp-url': () => 'otpauth://totp/Shop:somebody?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Shop',
  };
  const make = makers[kind];
  if (make === undefined) throw new Error(`nothing says what <${name}> stands for`);
  const value = make();
  bindings.bind(name, value);
  return value;
}

/** An origin behind an equals sign is the value of a parameter, and may be encoded; behind an encoded one, twice. */
function encodedFor(before: string, origin: string): readonly [string, ...string[]] {
  const once = encodeURIComponent(origin);
  if (before.endsWith('=')) return [origin, once];
  return before.endsWith('%3D') ? [origin, once, encodeURIComponent(once)] : [origin];
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
