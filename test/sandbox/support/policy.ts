/** Small policies for tests: an object with what matters said, and the rest plain. */
import type { Unit } from '#sandbox/console/enforcer/decide.ts';
import type { ExternalNetwork, Namespace, Ruleset, Stored } from '#sandbox/console/objects.ts';

export function namespace(name: string, own: Partial<Namespace> = {}): Namespace {
  return {
    ...stored(name.slice(0, name.lastIndexOf('/')) || '/', name),
    type: 'Default',
    defaultPUIncomingTrafficAction: 'Inherit',
    defaultPUOutgoingTrafficAction: 'Inherit',
    tagPrefixes: [],
    organizationalMetadata: [],
    ...own,
  };
}

export function externalNetwork(
  inNamespace: string,
  name: string,
  entries: string[],
  own: Partial<ExternalNetwork> = {},
): ExternalNetwork {
  const tags = [`externalnetwork:name=${name}`];
  return {
    ...stored(inNamespace, name),
    normalizedTags: ['$identity=externalnetwork', `$namespace=${inNamespace}`, `$name=${name}`, ...tags],
    associatedTags: tags,
    entries,
    type: 'Subnet',
    servicePorts: [],
    propagate: false,
    ...own,
  };
}

export function ruleset(inNamespace: string, name: string, own: Partial<Ruleset> = {}): Ruleset {
  return {
    ...stored(inNamespace, name),
    subject: [['$identity=processingunit']],
    incomingRules: [],
    outgoingRules: [],
    propagate: false,
    fallback: false,
    disabled: false,
    ...own,
  };
}

export function unit(inNamespace: string, name: string, labels: string[] = []): Unit {
  return {
    ID: name,
    namespace: inNamespace,
    tags: ['$identity=processingunit', `$namespace=${inNamespace}`, `$name=${name}`, ...labels],
  };
}

function stored(inNamespace: string, name: string): Stored {
  return {
    ID: name,
    namespace: inNamespace,
    name,
    description: '',
    annotations: {},
    associatedTags: [],
    metadata: [],
    normalizedTags: [],
    protected: false,
    createTime: '2021-10-01T00:00:00.000Z',
    updateTime: '2021-10-01T00:00:00.000Z',
  };
}
