/** The Kubernetes of the world, for reading only: its nodes, its services and what is behind these. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '#sandbox/console/server/certificates.ts';
import { endpointsOf } from '#sandbox/console/world/endpoints.ts';
import type { World } from '#sandbox/console/world/world.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { listObject, nodeObject, serviceObject, singleObject, sliceObject, statusObject } from './objects.ts';

export interface KubernetesOptions {
  world: World;
  port?: number;
  /** Where the kubeconfig goes; a new temporary one when absent. */
  folder?: string;
}

export interface RunningKubernetes {
  url: string;
  /** The path of the kubeconfig file. */
  kubeconfig: string;
  stop(): Promise<void>;
}

interface Reply {
  status: number;
  body: object;
}

export async function startKubernetes({ world, port = 0, folder }: KubernetesOptions): Promise<RunningKubernetes> {
  const authority = await createAuthority();
  const { cert, key } = await authority.server();
  const token = randomBytes(24).toString('base64url');
  const server = createServer({ cert, key }, (request, response) => send(response, answer(world, token, request)));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const place = folder ?? mkdtempSync(join(tmpdir(), 'sandbox-kubernetes-'));
  mkdirSync(place, { recursive: true });
  return {
    url,
    kubeconfig: writeKubeconfig(place, { url, authority: authority.cert, token }),
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      if (folder === undefined) rmSync(place, { recursive: true });
    },
  };
}

function answer(world: World, token: string, request: IncomingMessage): Reply {
  if (request.headers.authorization !== `Bearer ${token}`) return refusal(401, 'Unauthorized', 'Unauthorized');
  if (request.method !== 'GET') return refusal(405, 'MethodNotAllowed', 'This cluster can only be read.');
  const { pathname } = new URL(request.url ?? '/', 'https://cluster');
  if (pathname === '/version') return found({ major: '1', minor: '21', gitVersion: 'v1.21.5' });
  return (
    nodes(world, pathname) ??
    services(world, pathname) ??
    slices(world, pathname) ??
    refusal(404, 'NotFound', `${pathname} not found`)
  );
}

function nodes(world: World, path: string): Reply | undefined {
  const [, name] = /^\/api\/v1\/nodes(?:\/([^/]+))?$/.exec(path) ?? [];
  if (!path.startsWith('/api/v1/nodes')) return undefined;
  if (name === undefined) return found(listObject('Node', world.nodes.map(nodeObject)));
  const node = world.nodes.find((one) => one.name === name);
  return node && found(singleObject('Node', nodeObject(node)));
}

function services(world: World, path: string): Reply | undefined {
  const match = /^\/api\/v1(?:\/namespaces\/([^/]+))?\/services(?:\/([^/]+))?$/.exec(path);
  if (!match) return undefined;
  const [, namespace, name] = match;
  const here = world.services.filter((service) => namespace === undefined || service.namespace === namespace);
  if (name === undefined) return found(listObject('Service', here.map(serviceObject)));
  const service = here.find((one) => one.name === name);
  return service
    ? found(singleObject('Service', serviceObject(service)))
    : refusal(404, 'NotFound', `services "${name}" not found`);
}

function slices(world: World, path: string): Reply | undefined {
  const [, namespace] = /^\/apis\/discovery\.k8s\.io\/v1\/namespaces\/([^/]+)\/endpointslices$/.exec(path) ?? [];
  if (namespace === undefined) return undefined;
  const here = world.services.filter((service) => service.namespace === namespace);
  const items = here.flatMap((service) =>
    endpointsOf(world, service, world.startMs).map((endpoints) => sliceObject(service, endpoints)),
  );
  return found(listObject('EndpointSlice', items, 'discovery.k8s.io/v1'));
}

function found(body: object): Reply {
  return { status: 200, body };
}

function refusal(status: number, reason: string, message: string): Reply {
  return { status, body: statusObject(status, reason, message) };
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
