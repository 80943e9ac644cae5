/** The form of an application's graph file: its workloads, and what really talks to what. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Protocol = z.enum(['TCP', 'UDP']);

const Service = z.object({
  name: z.string(),
  type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']).default('ClusterIP'),
  ports: z.array(
    z.object({
      port: z.number(),
      targetPort: z.union([z.number(), z.string()]).optional(),
      nodePort: z.number().optional(),
      protocol: Protocol.default('TCP'),
      name: z.string().optional(),
    }),
  ),
});

const Workload = z.object({
  name: z.string(),
  kind: z.string().default('Deployment'),
  labels: z.record(z.string(), z.string()).default({}),
  ports: z
    .array(z.object({ containerPort: z.number(), protocol: Protocol.default('TCP'), name: z.string().optional() }))
    .default([]),
  serviceAccount: z.string().nullish(),
  services: z.array(Service).default([]),
});
export type Workload = z.infer<typeof Workload>;

const Call = z.object({ from: z.string(), to: z.string(), protocol: Protocol, port: z.number() });

const Graph = z.object({
  app: z.string().min(1),
  services: z.array(Workload).min(1),
  edges: z
    .array(
      Call.extend({
        servicePort: z.number().nullish(),
        service: z.string().nullish(),
        frequency: z.string().nullish(),
      }),
    )
    .default([]),
  ingress: z
    .array(
      Call.extend({
        servicePort: z.number().nullish(),
        frequency: z.string().nullish(),
      }),
    )
    .default([]),
  probes: z
    .array(
      Call.extend({
        periodSeconds: z.number().default(10),
      }),
    )
    .default([]),
  external: z
    .array(
      z.object({
        from: z.string(),
        host: z.string(),
        ip: z.string().nullish(),
        protocol: Protocol,
        port: z.number(),
        frequency: z.string().nullish(),
      }),
    )
    .default([]),
});
export type Graph = z.infer<typeof Graph>;

/** What is wrong with a graph file, in one sentence for whoever wrote it. */
export class GraphMistake extends Error {}

export function readGraph(file: string): Graph {
  return graphOf(contentOf(file), file);
}

/** A graph that was read or made somewhere; `file` is what its mistakes are told of. */
export function graphOf(content: unknown, file: string): Graph {
  const parsed = Graph.safeParse(content);
  if (!parsed.success)
    throw new GraphMistake(`${file} is not a graph: ${parsed.error.issues.map(inWords).join('; ')}.`);
  const graph = withPorts(parsed.data);
  const names = graph.services.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new GraphMistake(`${file} is not a graph: two workloads are called "${twice}".`);
  const known = new Set(['*', ...names]);
  const unknown = [
    ...graph.edges.flatMap(({ from, to }) => [from, to]),
    ...[...graph.ingress, ...graph.probes].map(({ to }) => to),
    ...graph.external.map(({ from }) => from),
  ].find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new GraphMistake(`${file}: an edge names the workload "${unknown}", which is not there.`);
  if (!graph.services.some(({ ports }) => ports.length > 0))
    throw new GraphMistake(`${file}: nothing in it listens; give it an edge, or a workload ports.`);
  return graph;
}

function contentOf(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new GraphMistake(`${file} ${error.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${error.code}`}.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new GraphMistake(`${file} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

/** A workload that declares no ports listens on those that somebody uses. */
function withPorts(graph: Graph): Graph {
  const used = (name: string) => {
    const lines = [...graph.edges, ...graph.ingress, ...graph.probes].filter(({ to }) => to === name);
    const ports = lines.map(({ port, protocol }) => ({ containerPort: port, protocol }));
    return [...new Map(ports.map((port) => [`${port.protocol}/${port.containerPort}`, port])).values()];
  };
  const services = graph.services.map((workload) =>
    workload.ports.length > 0 ? workload : { ...workload, ports: used(workload.name) },
  );
  return { ...graph, services };
}

function inWords({ path, message }: z.core.$ZodIssue): string {
  const where = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return where === '' ? message : `${where.replace(/^\./, '')}: ${message}`;
}

/** `hipster-shop-v0.3.1` runs in the Kubernetes namespace `hipster-shop`. */
export function kubernetesNamespace(app: string): string {
  return namespaceWord(app.replace(/-v[\d.]+$/, ''));
}

/** A namespace's name allows fewer characters than a workload's. */
export function namespaceWord(name: string): string {
  return name.replace(/[^a-zA-Z0-9-_]+/g, '-').replace(/^-+|-+$/g, '') || 'outside';
}
