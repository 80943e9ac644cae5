/** The objects a console starts with: the line of namespaces, the pods, the policy of the neighbours. */
import type { Namespace, Stored } from './objects.ts';
import type { Store } from './store.ts';
import { normalizedTags } from './tags.ts';
import { namespaceWord } from './world/graph.ts';
import { organisation, type Pod, processingUnit } from './world/pods.ts';
import type { World } from './world/world.ts';

export function found(store: Store, world: World, { parentDnsRule }: { parentDnsRule: boolean }): void {
  const above = [
    namespace(world, '/acme', 'Tenant', 'Allow'),
    namespace(world, '/acme/aws-dev', 'CloudAccount', 'Inherit'),
    namespace(world, world.clusterNamespace, 'Group', 'Inherit'),
  ];
  for (const each of above) store.put('namespace', each);
  if (parentDnsRule) foundDnsRule(store, world);
  settle(store, world);
}

/** One application's namespace, its pods and its neighbours, below what was founded. */
export function settle(store: Store, world: World): void {
  store.put('namespace', namespace(world, world.namespace, 'Kubernetes', 'Inherit'));
  for (const name of world.outsiders) foundNeighbour(store, world, `${world.clusterNamespace}/${namespaceWord(name)}`);
  for (const pod of world.pods) keepPod(store, pod);
}

/** As long as it lives among the others, afterwards in the archive. */
export function keepPod(store: Store, pod: Pod): void {
  store.put('processingunit', processingUnit(pod));
  if (pod.diedMs !== undefined) store.archive('processingunit', pod.ID);
}

/** A neighbour that was locked down before: its own rules let it call out and be called. */
function foundNeighbour(store: Store, world: World, name: string): void {
  store.put('namespace', namespace(world, name, 'Kubernetes', 'Reject'));
  const everybody = [['$identity=processingunit']];
  const somewhere = stored(world, name, 'everywhere', ['externalnetwork:name=everywhere']);
  store.put('externalnetwork', {
    ...tagged('externalnetwork', somewhere, { $type: 'Subnet' }),
    entries: ['0.0.0.0/0', '::/0'],
    type: 'Subnet',
    servicePorts: [],
    propagate: false,
  });
  const object = [...everybody, ['externalnetwork:name=everywhere']];
  const rule = { action: 'Allow' as const, object, protocolPorts: ['any'] };
  store.put('networkrulesetpolicy', {
    ...tagged('networkrulesetpolicy', stored(world, name, 'allow-gateway', []), {}),
    subject: [['$identity=processingunit', `$namespace=${name}`]],
    incomingRules: [rule],
    outgoingRules: [rule],
    propagate: false,
    fallback: false,
    disabled: false,
  });
}

/** The vendor's ready-made rule, in the tenant and for everyone below. */
function foundDnsRule(store: Store, world: World): void {
  store.put('externalnetwork', {
    ...tagged('externalnetwork', stored(world, '/acme', 'dns', ['externalnetwork:name=dns']), { $type: 'Subnet' }),
    entries: ['0.0.0.0/0'],
    type: 'Subnet',
    servicePorts: [],
    propagate: true,
  });
  store.put('networkrulesetpolicy', {
    ...tagged('networkrulesetpolicy', stored(world, '/acme', 'dns', []), {}),
    subject: [['$identity=processingunit', '@org:tenant=acme']],
    incomingRules: [],
    outgoingRules: [{ action: 'Allow', object: [['externalnetwork:name=dns']], protocolPorts: ['udp/53'] }],
    propagate: true,
    fallback: false,
    disabled: false,
  });
}

function namespace(
  world: World,
  name: string,
  type: string,
  action: Namespace['defaultPUIncomingTrafficAction'],
): Namespace {
  const parent = name.slice(0, name.lastIndexOf('/')) || '/';
  return {
    ...tagged('namespace', stored(world, parent, name, []), { $type: type }),
    type,
    defaultPUIncomingTrafficAction: action,
    defaultPUOutgoingTrafficAction: action,
    tagPrefixes: [],
    organizationalMetadata: organisation(name),
  };
}

function stored(world: World, inNamespace: string, name: string, associatedTags: string[]): Stored {
  const bornMs = world.startMs - 30 * 24 * 3_600_000;
  const time = new Date(bornMs).toISOString();
  return {
    ID: world.newId(bornMs),
    namespace: inNamespace,
    name,
    description: '',
    annotations: {},
    associatedTags,
    metadata: organisation(inNamespace),
    normalizedTags: [],
    protected: false,
    createTime: time,
    updateTime: time,
  };
}

function tagged(identity: string, object: Stored, more: Record<string, string>): Stored {
  return { ...object, normalizedTags: normalizedTags(identity, object, more) };
}
