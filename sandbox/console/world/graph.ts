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

const Graph = z.object({
  app: z.string(),
  services: z.array(Workload),
  edges: z
    .array(
      z.object({
        from: z.string(),
        to: z.string(),
        protocol: Protocol,
        port: z.number(),
        servicePort: z.number().nullish(),
        service: z.string().nullish(),
        frequency: z.string().nullish(),
      }),
    )
    .default([]),
  ingress: z
    .array(
      z.object({
        from: z.string(),
        to: z.string(),
        protocol: Protocol,
        port: z.number(),
        servicePort: z.number().nullish(),
        frequency: z.string().nullish(),
      }),
    )
    .default([]),
  probes: z
    .array(
      z.object({
        from: z.string(),
        to: z.string(),
        protocol: Protocol,
        port: z.number(),
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

export function readGraph(file: string): Graph {
  const graph = Graph.parse(JSON.parse(readFileSync(file, 'utf8')));
  const known = new Set(['*', ...graph.services.map(({ name }) => name)]);
  const unknown = [
    ...graph.edges.flatMap(({ from, to }) => [from, to]),
    ...[...graph.ingress, ...graph.probes].map(({ to }) => to),
    ...graph.external.map(({ from }) => from),
  ].find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`${file}: an edge names the workload "${unknown}", which is not there.`);
  return graph;
}

/** `hipster-shop-v0.3.1` runs in the Kubernetes namespace `hipster-shop`. */
export function kubernetesNamespace(app: string): string {
  return namespaceWord(app.replace(/-v[\d.]+$/, ''));
}

/** A namespace's name allows fewer characters than a workload's. */
export function namespaceWord(name: string): string {
  return name.replace(/[^a-zA-Z0-9-_]+/g, '-').replace(/^-+|-+$/g, '') || 'outside';
}
