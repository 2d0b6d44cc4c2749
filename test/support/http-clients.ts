import { createHttpClient, type HttpClient } from './http-client.ts';

/** The clients of the people in a test, closed together. */
export interface HttpClients {
  readonly open: (cookies?: boolean) => HttpClient;
  readonly close: () => void;
}

export function createHttpClients(): HttpClients {
  const opened: HttpClient[] = [];
  return {
    open(cookies = true) {
      const client = createHttpClient({ cookies });
      opened.push(client);
      return client;
    },
    close() {
      for (const client of opened) client.close();
    },
  };
}
