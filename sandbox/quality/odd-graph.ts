/** The form of sandbox/apps/*.json, as far as odd applications use it. */

export type Protocol = 'TCP' | 'UDP';

export type OddWorkload = {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly containerPort: number; readonly protocol: Protocol; readonly name?: string }[];
  readonly serviceAccount: string | null;
  readonly services: readonly {
    readonly name: string;
    readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
    readonly ports: readonly {
      readonly port: number;
      readonly targetPort: number | string;
      readonly protocol: Protocol;
      readonly name?: string;
    }[];
  }[];
};

export type Line = {
  readonly from: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly frequency?: 'rare' | 'at start';
};

export type OddGraph = {
  readonly app: string;
  readonly description: string;
  readonly services: readonly OddWorkload[];
  readonly edges: readonly (Line & { readonly to: string; readonly servicePort?: number; readonly service?: string })[];
  readonly ingress: readonly (Line & { readonly to: string })[];
  readonly probes: readonly (Line & { readonly to: string; readonly periodSeconds: number })[];
  readonly external: readonly (Line & { readonly host: string; readonly ip?: string })[];
};
