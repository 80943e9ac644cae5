/** The console's back door, for tests and demos: the truth, traffic on demand, troubles on purpose. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Life } from './life.ts';
import { Fault, type Faults } from './server/faults.ts';
import type { Tokens } from './server/tokens.ts';
import type { Store } from './store.ts';
import type { Edge } from './traffic/edges.ts';
import { podsAt, type World } from './world/world.ts';

export interface ControlOptions {
  port: number;
  /** The first is meant where no namespace is named. */
  lives: readonly Life[];
  store: Store;
  faults: Faults;
  tokens: Tokens;
}

/** One connection by hand: workloads by name, or addresses. */
const Flow = z.strictObject({
  namespace: z.string().optional(),
  from: z.string(),
  to: z.string(),
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
  port: z.number().int(),
  servicePort: z.number().int().optional(),
});

const Traffic = z.strictObject({ running: z.boolean(), intervalMs: z.number().positive().optional() });

/** Every true edge happens; of the planted noise only these kinds. */
const Exercise = z.strictObject({
  namespace: z.string().optional(),
  noise: z.array(z.enum(['time', 'cron', 'scan'])).default([]),
});

type Handler = (body: unknown, query: URLSearchParams) => unknown;

export async function startControl(options: ControlOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const handlers = handlersFor(options);
  const server = createServer((request, response) => void serve(handlers, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function handlersFor({ lives, store, faults, tokens }: ControlOptions): Record<string, Handler> {
  const lifeIn = (namespace: string | null | undefined): Life => {
    const life = namespace ? lives.find(({ world }) => world.namespace === namespace) : lives[0];
    if (!life) throw new Error(`Nobody lives in ${namespace}.`);
    return life;
  };
  return {
    'GET /truth': (_body, query) => lifeIn(query.get('namespace')).truth(),
    'POST /exercise': async (body) => {
      const { namespace, noise } = Exercise.parse(body);
      const { edges, traffic } = lifeIn(namespace);
      return { connections: await traffic.exercise(edges.filter((edge) => !edge.noise || noise.includes(edge.noise))) };
    },
    'GET /faults': () => faults.list(),
    'POST /faults': (body) => {
      faults.add(Fault.parse(body));
      return faults.list();
    },
    'DELETE /faults': () => {
      faults.clear();
      return [];
    },
    'POST /flows': async (body) => {
      const { namespace, from, to, protocol, port, servicePort } = Flow.parse(body);
      const { world, traffic } = lifeIn(namespace);
      const [source, destination] = [endOf(world, from), endOf(world, to)];
      const kind = source.pod ? (destination.pod ? 'edge' : 'external') : 'ingress';
      const edge: Edge = {
        id: `hand:${from}>${to}:${protocol}/${port}`,
        kind,
        from,
        to,
        protocol,
        port,
        rhythm: 'rare',
        ...(servicePort ? { servicePort } : {}),
        ...(destination.pod ? {} : { place: { kind: 'fixed', address: destination.address } }),
      };
      await traffic.happen(edge, { source, destination });
      return { id: edge.id };
    },
    'GET /writes': () => store.writes,
    'POST /traffic': (body) => {
      const { running, intervalMs } = Traffic.parse(body);
      for (const { traffic } of lives) {
        if (running) traffic.start(intervalMs);
        else traffic.stop();
      }
      return { running: lives.some(({ traffic }) => traffic.running) };
    },
    'GET /objects': () => ({
      namespaces: store.all('namespace'),
      externalnetworks: store.all('externalnetwork'),
      networkrulesetpolicies: store.all('networkrulesetpolicy'),
      processingunits: store.all('processingunit'),
    }),
    'POST /expire-tokens': () => {
      tokens.expireAll();
      return {};
    },
  };
}

function endOf(world: World, name: string) {
  const pod = podsAt(world, name, Date.now())[0];
  return pod ? { pod, address: pod.address } : { address: name };
}

async function serve(
  handlers: Record<string, Handler>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control');
  const handler = handlers[`${request.method} ${pathname}`];
  response.setHeader('Content-Type', 'application/json');
  try {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const text = Buffer.concat(parts).toString();
    if (!handler) response.statusCode = 404;
    const answer = handler
      ? await handler(text === '' ? {} : JSON.parse(text), searchParams)
      : { try: Object.keys(handlers) };
    response.end(JSON.stringify(answer));
  } catch (error) {
    response.statusCode = 400;
    response.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  }
}
