import type { Config } from '../config/config.ts';
import { pathsOf, readContent } from '../config/source/content.ts';
import type { NotedFiles } from '../config/source/noted-files.ts';
import { decodeUtf8 } from '../kernel/utf8.ts';
import { hookFetch } from '../net/hook-fetch.ts';

const FETCH_LIMIT = 30_000;

/** Reads what a content URI of the configuration holds. */
export function contentReader(config: Config, sources: NotedFiles): (uri: string) => Promise<string> {
  const { folders } = config;
  const fetchContent = contentFetcher(config);
  return async (uri) => {
    for (const path of pathsOf(uri, folders)) sources.file(path);
    const content = await readContent(uri, folders, fetchContent);
    sources.text(uri, content);
    return content;
  };
}

/** Fetches what a configuration names, at start: with the guard of every other request of this process, and a limit. */
export function contentFetcher({ dev, clients }: Pick<Config, 'dev' | 'clients'>): (url: string) => Promise<string> {
  const guarded = hookFetch({ dev, clients });
  return async (url) => {
    const response = await guarded(url, { signal: AbortSignal.timeout(FETCH_LIMIT), redirect: 'error' });
    if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
    const text = decodeUtf8(new Uint8Array(await response.arrayBuffer()));
    if (text === undefined) throw new Error(`${url} answered no UTF-8.`);
    return text;
  };
}
