/** Applications as small as they can be, as many as one likes: two workloads, and one more reason for a stage each. */
import { type Graph, graphOf } from './graph.ts';

const rare = 'a few times a week';

/** What besides the edge between its workloads and the look-ups an application has to be allowed. */
const reasons: readonly { readonly [field: string]: readonly object[] }[] = [
  {},
  { ingress: [{ from: 'internet', to: 'web', protocol: 'TCP', port: 8080, frequency: rare }] },
  { probes: [{ from: 'kubelet', to: 'web', protocol: 'TCP', port: 8080, periodSeconds: 30 }] },
  { external: [{ from: 'web', host: 'api.partner.example.com', protocol: 'TCP', port: 443, frequency: rare }] },
  { external: [{ from: 'db', host: '203.0.113.7', protocol: 'UDP', port: 123, frequency: rare }] },
];

/** `shop-001`, `shop-002` and so on: each kind comes round after five. */
export function tinyGraphs(count: number): Graph[] {
  return Array.from({ length: count }, (_, index) => tinyGraph(index + 1));
}

function tinyGraph(number: number): Graph {
  const app = `shop-${String(number).padStart(3, '0')}`;
  const { external = [], ...more } = reasons[number % reasons.length] ?? {};
  const workload = (name: string) => ({ name, kind: 'StatefulSet', labels: { app: name } });
  const graph = {
    app,
    services: [workload('web'), workload('db')],
    edges: [{ from: 'web', to: 'db', protocol: 'TCP', port: 5432 }],
    external: [{ from: 'web', host: 'kube-dns', protocol: 'UDP', port: 53, frequency: rare }, ...external],
    ...more,
  };
  return graphOf(graph, app);
}
