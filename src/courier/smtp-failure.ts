import { adviceOnCertificate, failureOf, type Failure, type FailureKind } from '../kernel/failure.ts';
import type { SmtpSettings } from '../kernel/smtp-settings.ts';
import type { Sent } from './delivery.ts';

/** Where the mail server is. */
type Address = Pick<SmtpSettings<never>, 'host' | 'port'>;

/** A 5xx answer to the envelope or the content is about the message; any other failure is about the server or the network. */
export function smtpFailure(server: Address, error: unknown): Sent {
  const met = parseFailure(error);
  const { code, command, status } = met;
  const reason = reasonOf(server, met, failureOf(error));
  const aboutMessage =
    command === 'MAIL FROM' ||
    command === 'RCPT TO' ||
    command === 'DATA' ||
    code === 'EMESSAGE' ||
    code === 'EENVELOPE';
  if (!aboutMessage || status === 421 || NOT_LET_IN.has(status ?? 0)) return { kind: 'away', reason };
  if (status === undefined ? command !== 'DATA' : status >= 500) return { kind: 'permanent', reason };
  return { kind: 'temporary', reason };
}

/** Statuses that ask for authentication or refuse it: the configuration is at fault, whatever the command. */
const NOT_LET_IN: ReadonlySet<number> = new Set([530, 534, 535, 538]);

interface Met {
  /** The library's own code, such as `ESOCKET`. */
  readonly code: string | undefined;
  /** The step: a command of SMTP, or `CONN` before the first. */
  readonly command: string | undefined;
  /** Of the server's answer. */
  readonly status: number | undefined;
}

function parseFailure(error: unknown): Met {
  if (!(error instanceof Error)) return { code: undefined, command: undefined, status: undefined };
  const member = (name: string): unknown => Reflect.get(error, name);
  const [code, command, status] = [member('code'), member('command'), member('responseCode')];
  return {
    code: typeof code === 'string' ? code : undefined,
    command: typeof command === 'string' ? command : undefined,
    status: typeof status === 'number' ? status : undefined,
  };
}

/**
 * `SMTP ECONNREFUSED at CONN: …`. Leaves the text of an answer out: it may quote the subject, and with it a code.
 */
function reasonOf({ host, port }: Address, met: Met, failure: Failure | undefined): string {
  const { code, command, status } = met;
  const { meaning } = failure ?? {};
  const named = meaning === undefined ? code : failure?.code;
  const step = ['SMTP', named ?? 'failed', status, command && `at ${command}`]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
  const said = meaning === undefined ? explain(met) : ([meaning.words, adviceOn(meaning.kind, named ?? '')] as const);
  if (said === undefined) return step;
  const [words, advice] = said;
  return `${step}: ${host}:${port}: ${words}${advice === undefined ? '' : `; ${advice}`}`;
}

type Explanation = readonly [words: string, advice: string | undefined];

const ADDRESS = 'check host and port in courier.smtp.connection_uri';
const TLS_FIRST = 'a port that begins with TLS, as 465 does, wants smtps:// in courier.smtp.connection_uri';

const ADVICE: Readonly<Partial<Record<FailureKind, string>>> = {
  refused: ADDRESS,
  name: ADDRESS,
  route: ADDRESS,
  silent: `${ADDRESS}; ${TLS_FIRST}`,
  cut: TLS_FIRST,
  'no-tls': 'write smtp:// for STARTTLS in courier.smtp.connection_uri, or the port that begins with TLS',
  tls: 'TLS 1.2 or newer is spoken here',
};

function adviceOn(kind: FailureKind, code: string): string | undefined {
  if (kind !== 'certificate') return ADVICE[kind];
  const name = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? ', with ?server_name= in courier.smtp.connection_uri' : '';
  return adviceOnCertificate(code) + name;
}

/** What the server did, where the library alone has a code for it. */
function explain({ code, command, status }: Met): Explanation | undefined {
  if (code === 'EAUTH' || NOT_LET_IN.has(status ?? 0))
    return ['the login is refused', 'check user and password in courier.smtp.connection_uri'];
  if (command === 'STARTTLS' || command === 'EHLO')
    return [
      'it offers no TLS',
      'where clear text will do, write ?disable_starttls=true in courier.smtp.connection_uri',
    ];
  if (code === 'ETLS') return ['the TLS handshake fails', undefined];
  if (code === 'EABORT') return ['no answer came in time', undefined];
  if (command !== 'CONN' && command !== undefined) return undefined;
  if (code === 'ECONNECTION') return ['it broke the connection off', TLS_FIRST];
  return code === 'EPROTOCOL' ? ['what answers there does not greet as a mail server does', TLS_FIRST] : undefined;
}
