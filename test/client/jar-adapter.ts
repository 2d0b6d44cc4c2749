import { createHttpClient, type HttpClient } from '../support/http-client.ts';

/** What axios hands to an adapter, as far as it matters here. */
interface AxiosRequest {
  readonly url?: string;
  readonly method?: string;
  readonly data?: unknown;
  readonly headers: { toJSON(): Readonly<Record<string, unknown>> };
}

/** What an adapter gives back. */
interface AxiosAnswer {
  readonly data: unknown;
  readonly status: number;
  readonly statusText: string;
  readonly headers: object;
  readonly config: AxiosRequest;
}

/**
 * What a browser adds to axios: cookies are kept and sent again. For `baseOptions` of the client's configuration, which
 * is otherwise as it comes from npm. Answers of every status come back; nothing is thrown.
 */
export function createJarAdapter(): { readonly http: HttpClient; readonly baseOptions: object } {
  const http = createHttpClient();
  const adapter = async (config: AxiosRequest): Promise<AxiosAnswer> => {
    const headers = Object.entries(config.headers.toJSON()).filter(([, value]) => typeof value === 'string');
    const answer = await http.request((config.method ?? 'get').toUpperCase(), config.url ?? '', {
      headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), String(value)])),
      ...(typeof config.data === 'string' ? { body: config.data } : {}),
    });
    return { data: answer.text, status: answer.status, statusText: '', headers: answer.headers, config };
  };
  return { http, baseOptions: { adapter, validateStatus: () => true } };
}
