/** What is known about a namespace when a stage is drafted: its edges, workloads, policy and what Kubernetes says. */
import type { Edge } from './edge.ts';
import type { Policy } from './policy.ts';
import type { Workload } from './workload.ts';

/** What the guide asks kubectl for. Absent as a whole where no cluster is configured. */
export type KubernetesFacts = {
  /** Addresses of the cluster's DNS service. */
  readonly dnsAddresses: readonly string[];
  readonly nodes: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly services: readonly KubernetesService[];
  /** What could not be read beside these, in sentences. */
  readonly unread?: readonly string[];
};

export type KubernetesService = {
  readonly name: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  readonly clusterIps: readonly string[];
  /** Labels a pod must carry to be behind this service. */
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly {
    readonly port: number;
    /** A number, or the name of a container's port. */
    readonly targetPort: number | string;
    /**
     * What such a name stands for in the pods behind it now, and where a service without a selector leads; absent where the
     * cluster did not say.
     */
    readonly targets?: readonly number[];
    readonly nodePort?: number;
    readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  }[];
};

export type Evidence = {
  readonly namespace: string;
  readonly edges: readonly Edge[];
  /** By Workload.key; of this namespace and of the peers seen. */
  readonly workloads: ReadonlyMap<string, Workload>;
  /** The console's policy as it is now, with what earlier stages created. */
  readonly policy: Policy;
  readonly kubernetes?: KubernetesFacts;
  /** The window the edges were collected in; milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Stretches of the window whose reports could not be read whole. */
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly because: string }[];
};
