/** The console's back door, for tests and demos: the truth, traffic on demand, troubles on purpose. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { Fault, type Faults } from './server/faults.ts';
import type { Tokens } from './server/tokens.ts';
import type { Store } from './store.ts';
import type { Edge } from './traffic/edges.ts';
import type { LiveTraffic } from './traffic/live-traffic.ts';
import type { Truth } from './traffic/truth.ts';
import { podsAt, type World } from './world/world.ts';

export interface ControlOptions {
  port: number;
  world: World;
  edges: readonly Edge[];
  store: Store;
  faults: Faults;
  tokens: Tokens;
  traffic: LiveTraffic;
  truth: () => Truth;
}

/** One connection by hand: workloads by name, or addresses. */
const Flow = z.strictObject({
  from: z.string(),
  to: z.string(),
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
  port: z.number().int(),
  servicePort: z.number().int().optional(),
});

const Traffic = z.strictObject({ running: z.boolean(), intervalMs: z.number().positive().optional() });

/** Every true edge happens; of the planted noise only these kinds. */
const Exercise = z.strictObject({ noise: z.array(z.enum(['time', 'cron', 'scan'])).default([]) });

type Handler = (body: unknown) => unknown;

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

function handlersFor({ world, edges, store, faults, tokens, traffic, truth }: ControlOptions): Record<string, Handler> {
  return {
    'GET /truth': () => truth(),
    'POST /exercise': async (body) => {
      const { noise } = Exercise.parse(body);
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
      const { from, to, protocol, port, servicePort } = Flow.parse(body);
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
      if (running) traffic.start(intervalMs);
      else traffic.stop();
      return { running: traffic.running };
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
  const handler = handlers[`${request.method} ${request.url?.split('?')[0]}`];
  response.setHeader('Content-Type', 'application/json');
  try {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const text = Buffer.concat(parts).toString();
    if (!handler) response.statusCode = 404;
    const answer = handler ? await handler(text === '' ? {} : JSON.parse(text)) : { try: Object.keys(handlers) };
    response.end(JSON.stringify(answer));
  } catch (error) {
    response.statusCode = 400;
    response.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  }
}
