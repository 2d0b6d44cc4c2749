import { createSecureContext } from 'node:tls';
import type { Config, ContentSource, HttpRequestSettings } from './config/config.ts';
import { readContent } from './config/content.ts';
import type { HttpRequest } from './courier/http.ts';
import type { SmtpServer } from './courier/smtp.ts';
import { loadTemplates, type Templates } from './courier/template.ts';
import type { Issue } from './kernel/issue.ts';

/** What the courier sends with, every file and address its configuration names read. */
export interface CourierFiles {
  readonly templates: Templates;
  readonly smtp: SmtpServer | undefined;
  readonly http: HttpRequest | undefined;
  readonly channels: readonly { readonly id: string; readonly request: HttpRequest }[];
}

/** Reads templates, bodies and certificates once, at start; each that cannot be used is an issue with its place. */
export async function readCourierFiles(
  { courier, folder, serve }: Pick<Config, 'courier' | 'folder' | 'serve'>,
  fetchText: (url: string) => Promise<string>,
): Promise<{ readonly files: CourierFiles; readonly issues: readonly Issue[] }> {
  const issues: Issue[] = [];
  const read = async ({ uri, path, place }: ContentSource): Promise<string | undefined> => {
    try {
      return await readContent(uri, folder, fetchText);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      issues.push({ place, path, found: `cannot be read: ${why}`, allowed: 'name something that can be read now' });
      return undefined;
    }
  };
  const requestOf = async (settings: HttpRequestSettings): Promise<HttpRequest> => ({
    ...settings,
    body: settings.body && (await read(settings.body)),
  });

  const overrides = await Promise.all(
    courier.overrides.map(async (override) => ({ ...override, text: await read(override.source) })),
  );
  const loaded = loadTemplates({
    folder: courier.templateFolder,
    texts: overrides.flatMap(({ text, ...rest }) => (text === undefined ? [] : [{ ...rest, text }])),
    site: URL.parse(serve.public.baseUrl)?.host ?? serve.public.baseUrl,
  });
  const files = {
    templates: loaded.templates,
    smtp: courier.smtp && { ...courier.smtp, clientCertificate: await readCertificate(courier.smtp.clientCertificate) },
    http: courier.http && (await requestOf(courier.http)),
    channels: await Promise.all(
      courier.channels.map(async ({ id, request }) => ({ id, request: await requestOf(request) })),
    ),
  };
  return { files, issues: [...issues, ...loaded.issues] };

  async function readCertificate(
    files: NonNullable<Config['courier']['smtp']>['clientCertificate'],
  ): Promise<SmtpServer['clientCertificate']> {
    if (files === undefined) return undefined;
    const [cert, key] = [await read(files.cert), await read(files.key)];
    if (cert === undefined || key === undefined) return undefined;
    try {
      createSecureContext({ cert, key });
    } catch {
      const { path, place } = files.cert;
      issues.push({
        place,
        path,
        found: 'is no certificate for that key',
        allowed: 'name PEM files that belong together',
      });
    }
    return { cert, key };
  }
}
