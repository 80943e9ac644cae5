/** A recorded week of one application, as the product would know it: reports folded by its own fold, facts of its cluster. */
import type { Evidence, KubernetesFacts } from '#core/evidence.ts';
import type { DnsLookup, Flow } from '#core/flow.ts';
import { foldFlows, sameTraffic } from '#core/fold.ts';
import { nameTable } from '#core/names.ts';
import type { Policy } from '#core/policy.ts';
import { type ProcessingUnit, workloadKey, workloadsOf } from '#core/workload.ts';
import { createEnforcement } from '#sandbox/console/enforcement.ts';
import { found } from '#sandbox/console/founding.ts';
import { createStore } from '#sandbox/console/store.ts';
import { edgesOf } from '#sandbox/console/traffic/edges.ts';
import { recordWeek } from '#sandbox/console/traffic/recorded-week.ts';
import { createReports, type DnsLookupReport, type FlowReport } from '#sandbox/console/traffic/reports.ts';
import { type Pod, processingUnit } from '#sandbox/console/world/pods.ts';
import { createWorld, type World, weekMs } from '#sandbox/console/world/world.ts';

export type Week = {
  readonly world: World;
  readonly flows: readonly Flow[];
  readonly lookups: readonly DnsLookup[];
  readonly units: readonly ProcessingUnit[];
  readonly kubernetes: KubernetesFacts;
  readonly policy: Policy;
};

/** What the tenant of the sandbox lets everybody use. */
const PREFIXES = ['$identity=', '$image=', '$name=', '$namespace=', '$type=', 'externalnetwork:name='];

export function recordedWeek(app: string, seed: string, startMs: number): Week {
  const world = createWorld({ app, seed, startMs });
  const reports = createReports();
  const enforcement = createEnforcement(() => 0);
  const store = createStore(() => enforcement.changed(store.policy()));
  found(store, world, { parentDnsRule: false });
  recordWeek(world, edgesOf(world), store.policy(), reports);
  return {
    world,
    flows: reports.flows().map(flowOf),
    lookups: reports.lookups().map(lookupOf),
    units: world.pods.map(unitOf),
    kubernetes: factsOf(world),
    policy: {
      namespace: world.namespace,
      prefixes: { local: [], effective: PREFIXES },
      own: { incoming: 'Inherit', outgoing: 'Inherit' },
      effective: { incoming: 'Allow', outgoing: 'Allow' },
      rulesets: [],
      externalNetworks: [],
    },
  };
}

export function evidenceOf(week: Week): Evidence {
  const units = new Map(week.units.map((unit) => [unit.id, unit]));
  const names = nameTable();
  for (const lookup of week.lookups) names.learn(lookup);
  const folded = foldFlows(week.flows, {
    names,
    unitToWorkload: (id) => {
      const unit = units.get(id);
      return unit && { key: workloadKey(unit), namespace: unit.namespace };
    },
  });
  const { startMs, namespace } = week.world;
  return {
    namespace,
    edges: sameTraffic(folded.edges),
    workloads: workloadsOf(week.units),
    policy: week.policy,
    kubernetes: week.kubernetes,
    from: startMs - weekMs,
    to: startMs,
    gaps: [],
  };
}

export function unitOf(pod: Pod): ProcessingUnit {
  const { ID: id, name, namespace, normalizedTags: tags } = processingUnit(pod);
  return { id, name, namespace, tags };
}

function flowOf(report: FlowReport): Flow {
  return {
    at: Date.parse(report.timestamp),
    value: report.value,
    namespace: report.namespace,
    action: report.action,
    policyId: report.policyID,
    ...(report.ruleName ? { ruleName: report.ruleName } : {}),
    ...(report.remotePolicyID ? { remotePolicyId: report.remotePolicyID } : {}),
    ...(report.remoteNamespace ? { remoteNamespace: report.remoteNamespace } : {}),
    ...(report.dropReason ? { dropReason: report.dropReason } : {}),
    source: endOf(report.sourceType, report.sourceID, report.sourceIP),
    destination: endOf(report.destinationType, report.destinationID, report.destinationIP),
    protocol: report.protocol,
    ...(report.destinationPort === undefined ? {} : { port: report.destinationPort }),
  };
}

function endOf(type: string, id: string, ip: string): Flow['source'] {
  return { type: type === 'ProcessingUnit' ? 'ProcessingUnit' : 'ExternalNetwork', id, ip };
}

function lookupOf({ timestamp, processingUnitID, resolvedName, resolvedIPs }: DnsLookupReport): DnsLookup {
  return {
    at: Date.parse(timestamp),
    processingUnitId: processingUnitID,
    name: resolvedName.replace(/\.$/, '').toLowerCase(),
    ips: resolvedIPs ?? [],
    cnames: [],
  };
}

function factsOf({ nodes, services, kubernetesNamespace }: World): KubernetesFacts {
  return {
    dnsAddresses: services.filter(({ name }) => name === 'kube-dns').map(({ clusterIP }) => clusterIP),
    nodes: nodes.map(({ name, address }) => ({ name, addresses: [address] })),
    services: services
      .filter(({ namespace }) => namespace === kubernetesNamespace)
      .map(({ name, type, clusterIP, selector, ports }) => ({ name, type, clusterIps: [clusterIP], selector, ports })),
  };
}
