import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, type HttpClient } from '../support/http-client.ts';
import { startServer, type TestServer } from '../support/server.ts';

describe('a network that begins more flows than its budget', () => {
  let server: TestServer;
  let http: HttpClient;
  beforeAll(async () => {
    const limits = 'serve: { public: { trusted_proxies: { count: 1 } } }\nlimits: { flows: { tries: 3, per: 1h } }\n';
    server = await startServer({ config: `${limits}${BASIC_CONFIG}`, files: BASIC_FILES });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  const begin = async (ip: string): Promise<{ readonly status: number; readonly retryAfter: string | undefined }> => {
    const { status, headers } = await http.get(`${server.publicUrl}/self-service/login/api`, {
      headers: { 'x-forwarded-for': ip },
    });
    return { status, retryAfter: headers['retry-after']?.toString() };
  };

  test('is told to wait with 429 and Retry-After, and others are not', async () => {
    const answers = [];
    for (let i = 0; i < 4; i += 1) answers.push(await begin('203.0.113.7'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(Number(answers[3]?.retryAfter)).toBeGreaterThan(0);
    expect((await begin('203.0.113.8')).status).toBe(200);
  });

  test('does not get another budget by writing addresses of its own in front', async () => {
    expect((await begin('198.51.100.1, 203.0.113.7')).status).toBe(429);
  });
});
