/** Whether a process lives and is ready, for whoever restarts it: /livez and /readyz on this machine alone. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Resolves when all is well, rejects or resolves with a sentence when not. */
export type Check = () => Promise<string | undefined>;

const CHECK_WITHIN_MS = 2000;

export type Health = { readonly port: number; stop(): Promise<void> };

/** `/livez` answers as long as the event loop turns; `/readyz` runs the checks and names those that fail. */
export async function serveHealth(port: number, checks: Readonly<Record<string, Check>>): Promise<Health> {
  const server = createServer(async (request, response) => {
    if (request.url === '/livez') return response.end('alive\n');
    if (request.url !== '/readyz') return response.writeHead(404).end();
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await run(check)] as const),
    );
    const sound = results.every(([, trouble]) => trouble === undefined);
    response.writeHead(sound ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(results.map(([name, trouble]) => `${name}: ${trouble ?? 'ok'}\n`).join(''));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function run(check: Check): Promise<string | undefined> {
  const late = new Promise<string>((resolve) => {
    setTimeout(resolve, CHECK_WITHIN_MS, 'no answer in time').unref();
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
