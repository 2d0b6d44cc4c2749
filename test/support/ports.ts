import { createServer } from 'node:net';

/** Ports given away by this process: the system may offer one again before it is taken. */
const given = new Set<number>();

/** A TCP port of 127.0.0.1 that nobody listens on, another each time. It is not kept: take it soon. */
export async function freePort(): Promise<number> {
  const port = await offered();
  if (given.has(port)) return freePort();
  given.add(port);
  return port;
}

function offered(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('the system gave no port'));
      });
    });
  });
}
