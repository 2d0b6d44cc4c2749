import { createSecureContext } from 'node:tls';
import type { Config } from '../config/config.ts';
import type { ContentSource, HttpRequestSettings } from '../config/courier-config.ts';
import { fileOf, type Folders } from '../config/source/content.ts';
import { encodingOf, type HttpRequest } from '../courier/http.ts';
import type { SmtpServer } from '../courier/smtp.ts';
import { loadTemplates, type Templates } from '../courier/template.ts';
import { compileJsonnet, JsonnetFault } from '../language/jsonnet/jsonnet.ts';
import type { Issue } from '../kernel/issue.ts';

/** Of the files in the folder of templates that a message may be made from. */
export const TEMPLATE_ENDINGS = ['.gotmpl', '.eta'] as const;

/** The courier's settings, with the content of every file and address that they name. */
export interface CourierFiles {
  readonly templates: Templates;
  readonly smtp: SmtpServer | undefined;
  readonly http: HttpRequest | undefined;
  readonly channels: readonly { readonly id: string; readonly request: HttpRequest }[];
}

/** Reads sources of the configuration; each that cannot be read or used becomes an issue. */
interface SourceReader {
  readonly folders: Folders;
  readonly issues: Issue[];
  readonly read: (source: ContentSource) => Promise<string | undefined>;
}

/** Reads templates, bodies and certificates once, at start; each that cannot be used is an issue with its place. */
export async function readCourierFiles(
  { courier, folders, serve }: Pick<Config, 'courier' | 'folders' | 'serve'>,
  readUri: (uri: string) => Promise<string>,
): Promise<{ readonly files: CourierFiles; readonly issues: readonly Issue[]; readonly warnings: readonly Issue[] }> {
  const reader = createReader(folders, readUri);
  const overrides = await Promise.all(
    courier.overrides.map(async (override) => ({ ...override, text: await reader.read(override.source) })),
  );
  const loaded = loadTemplates({
    folder: courier.templateFolder,
    texts: overrides.flatMap(({ text, ...rest }) => (text === undefined ? [] : [{ ...rest, text }])),
    site: URL.parse(serve.public.baseUrl)?.host ?? serve.public.baseUrl,
  });
  const { smtp, http } = courier;
  const files = {
    templates: loaded.templates,
    smtp: smtp && { ...smtp, clientCertificate: await readCertificate(reader, smtp.clientCertificate) },
    http: http && (await readRequest(reader, http)),
    channels: await Promise.all(
      courier.channels.map(async ({ id, request }) => ({ id, request: await readRequest(reader, request) })),
    ),
  };
  return { files, issues: [...reader.issues, ...loaded.issues], warnings: loaded.warnings };
}

function createReader(folders: Folders, readUri: (uri: string) => Promise<string>): SourceReader {
  const issues: Issue[] = [];
  return {
    folders,
    issues,
    read: async ({ uri, path, place }) => {
      try {
        return await readUri(uri);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        issues.push({
          code: 'unreadable',
          place,
          path,
          found: `cannot be read: ${why}`,
          allowed: 'name something that can be read now',
        });
        return undefined;
      }
    },
  };
}

async function readRequest(reader: SourceReader, settings: HttpRequestSettings): Promise<HttpRequest> {
  checkHeaders(settings, reader.issues);
  const text = settings.body && (await reader.read(settings.body));
  const body = text === undefined ? undefined : bodyOf(text, settings.body, reader.folders, reader.issues);
  return { ...settings, body };
}

async function readCertificate(
  { issues, read }: SourceReader,
  files: NonNullable<Config['courier']['smtp']>['clientCertificate'],
): Promise<SmtpServer['clientCertificate']> {
  if (files === undefined) return undefined;
  const [cert, key] = [await read(files.cert), await read(files.key)];
  if (cert === undefined || key === undefined) return undefined;
  try {
    createSecureContext({ cert, key });
  } catch {
    // OpenSSL's text names no key of the configuration; the issue does.
    const { path, place } = files.cert;
    issues.push({
      code: 'wrong-value',
      place,
      path,
      found: 'is no certificate for that key',
      allowed: 'name PEM files that belong together',
    });
  }
  return { cert, key };
}

/** Bytes that a program may produce; a mail with its HTML is larger than the answer of a claims mapper. */
const BODY_SIZE = 2_097_152;

/** Compiles the Jsonnet of a request body; an error becomes an issue at its line. */
function bodyOf(
  text: string,
  source: ContentSource | undefined,
  folders: Folders,
  issues: Issue[],
): HttpRequest['body'] {
  const { uri = '', path = '', place } = source ?? {};
  const file = fileOf(uri, folders);
  try {
    const program = compileJsonnet(text, file ?? path, { size: BODY_SIZE });
    return (ctx) => program.evaluate({ args: { ctx }, extVars: { ctx } });
  } catch (error) {
    if (!(error instanceof JsonnetFault)) throw error;
    const { line, column, reason } = error;
    issues.push({
      code: 'template',
      place: file === undefined ? place : { file, line, column },
      path,
      found: file === undefined ? `line ${line}, column ${column} of the program: ${reason}` : reason,
      allowed: 'a Jsonnet program such as function(ctx) { to: ctx.recipient }',
    });
    return undefined;
  }
}

/** Reports at start what would fail with every message. No value is quoted: a header may be a key. */
function checkHeaders({ headers, auth, at }: HttpRequestSettings, issues: Issue[]): void {
  const all =
    auth?.type === 'api_key' ? { ...headers, [auth.in === 'header' ? auth.name : 'Cookie']: auth.value } : headers;
  for (const [name, value] of Object.entries(all)) {
    try {
      new Headers([[name, value]]);
    } catch {
      // The error quotes the value, which may be a key.
      const found = `the header ${JSON.stringify(name)} holds a character that no header may hold`;
      issues.push({ code: 'wrong-value', ...at, found, allowed: 'a header name, and a value without line breaks' });
    }
  }
  if (encodingOf(headers) === undefined) {
    const allowed = 'application/json or application/x-www-form-urlencoded';
    issues.push({ code: 'wrong-value', ...at, found: 'the Content-Type is one that no body is written in', allowed });
  }
}
