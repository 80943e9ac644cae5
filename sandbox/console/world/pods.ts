/** Pods: their names, tags and addresses, and when each of them lived. */
import type { Unit } from '#sandbox/console/enforcer/decide.ts';
import type { ProcessingUnit } from '#sandbox/console/objects.ts';
import type { Chance } from './chance.ts';
import type { Node } from './cluster.ts';
import type { NewId } from './ids.ts';

export interface Pod extends Unit {
  name: string;
  workload: string;
  node: Node;
  address: string;
  bornMs: number;
  diedMs?: number;
  /** Everything the API shows but the status, which changes. */
  tags: string[];
  metadata: string[];
  labels: Record<string, string>;
}

export interface PodPlan {
  name: string;
  workload: string;
  namespace: string;
  serviceAccount: string;
  image: string;
  labels: Record<string, string>;
  node: Node;
  address: string;
  bornMs: number;
  diedMs?: number;
}

export function createPod(plan: PodPlan, newId: NewId): Pod {
  const ID = newId(plan.bornMs);
  const metadata = [...organisation(plan.namespace), ...orchestrator(plan), ...cloud(plan.node)];
  const labels = Object.entries(plan.labels).map(([key, value]) => `${key}=${value === '' ? '<empty>' : value}`);
  return {
    ID,
    name: plan.name,
    workload: plan.workload,
    namespace: plan.namespace,
    node: plan.node,
    address: plan.address,
    bornMs: plan.bornMs,
    ...(plan.diedMs === undefined ? {} : { diedMs: plan.diedMs }),
    labels: plan.labels,
    metadata,
    tags: [
      `$controller=sandbox`,
      `$enforcerid=${enforcerId(plan.node)}`,
      `$id=${ID}`,
      '$identity=processingunit',
      `$image=${plan.image}`,
      `$name=${plan.name}`,
      `$namespace=${plan.namespace}`,
      '$type=Docker',
      ...metadata,
      ...labels,
    ],
  };
}

export function processingUnit(pod: Pod): ProcessingUnit {
  const running = pod.diedMs === undefined;
  const seen = new Date(pod.diedMs ?? pod.bornMs).toISOString();
  return {
    ID: pod.ID,
    namespace: pod.namespace,
    name: pod.name,
    description: '',
    annotations: {},
    associatedTags: Object.entries(pod.labels).map(([key, value]) => `${key}=${value === '' ? '<empty>' : value}`),
    metadata: pod.metadata,
    normalizedTags: [...pod.tags, `$operationalstatus=${running ? 'Running' : 'Terminated'}`],
    protected: false,
    createTime: new Date(pod.bornMs).toISOString(),
    updateTime: seen,
    type: 'Docker',
    operationalStatus: running ? 'Running' : 'Terminated',
    enforcementStatus: running ? 'Active' : 'Inactive',
    enforcerID: enforcerId(pod.node),
    enforcerNamespace: pod.namespace.split('/').slice(0, 4).join('/'),
    images: pod.tags.filter((tag) => tag.startsWith('$image=')).map((tag) => tag.slice('$image='.length)),
    nativeContextID: pod.ID,
    lastSyncTime: seen,
  };
}

export function deploymentPodName(workload: string, templateHash: string, chance: Chance): string {
  return `${workload}-${templateHash}-${chance.word(5)}`;
}

/** The `@org:` tags that everything below a namespace inherits. */
export function organisation(namespace: string): string[] {
  const [tenant, account, group, kubernetes] = namespace.split('/').slice(1);
  return [
    ...(account ? [`@org:cloudaccount=${account}`] : []),
    ...(group ? [`@org:group=${group}`] : []),
    ...(kubernetes ? [`@org:kubernetes=${kubernetes}`] : []),
    ...(tenant ? [`@org:tenant=${tenant}`] : []),
  ];
}

function orchestrator({ namespace, node, serviceAccount, image }: PodPlan): string[] {
  return [
    `@app:k8s:container0:image=${image}`,
    `@app:k8s:namespace=${namespace.split('/').at(-1)}`,
    `@app:k8s:nodename=${node.name}`,
    `@app:k8s:serviceaccountname=${serviceAccount}`,
  ];
}

function cloud(node: Node): string[] {
  return ['@cloud:aws:accountid=123456789012', `@cloud:aws:instanceid=${node.instance}`, '@cloud:aws:region=us-west-2'];
}

export function enforcerId(node: Node): string {
  return `624c7212c78763${[...node.name]
    .reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 0xffffffffff, 7)
    .toString(16)
    .padStart(10, '0')}`;
}
