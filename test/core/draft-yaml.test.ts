/** That a draft reads as the guide's own YAML. */
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Change } from '#core/draft.ts';
import { draftDocuments } from '#core/draft-yaml.ts';

const NAMESPACE = '/acme/aws-dev/k8s/hipster-shop';
const INSIDE = ['$identity=processingunit', `$namespace=${NAMESPACE}`];

function printed(change: Change, localPrefixes: readonly string[] = []): string {
  return draftDocuments({ namespace: NAMESPACE, changes: [change] }, localPrefixes)
    .map(({ command, document }) => `# ${command}\n${stringify(document)}`)
    .join('---\n');
}

test('an external network', () => {
  const network = {
    name: 'googleapis',
    entries: ['*.googleapis.com'],
    associatedTags: ['externalnetwork:name=googleapis'],
  };
  expect(printed({ kind: 'create-external-network', network })).toBe(`\
# apoctl api create externalnetwork -n /acme/aws-dev/k8s/hipster-shop
name: googleapis
entries:
  - "*.googleapis.com"
associatedTags:
  - externalnetwork:name=googleapis
`);
});

test('a ruleset in both directions', () => {
  const any = { action: 'Allow' as const, object: [INSIDE], protocolPorts: ['any'] };
  const ruleset = {
    name: 'allow-pods-in-namespace',
    subject: [INSIDE],
    incomingRules: [{ ...any, name: 'pods-in' }],
    outgoingRules: [{ ...any, name: 'pods-out' }],
  };
  expect(printed({ kind: 'create-ruleset', ruleset })).toBe(`\
# apoctl api create networkrulesetpolicy -n /acme/aws-dev/k8s/hipster-shop
name: allow-pods-in-namespace
subject:
  - - $identity=processingunit
    - $namespace=/acme/aws-dev/k8s/hipster-shop
outgoingRules:
  - action: Allow
    object:
      - - $identity=processingunit
        - $namespace=/acme/aws-dev/k8s/hipster-shop
    protocolPorts:
      - any
    name: pods-out
incomingRules:
  - action: Allow
    object:
      - - $identity=processingunit
        - $namespace=/acme/aws-dev/k8s/hipster-shop
    protocolPorts:
      - any
    name: pods-in
`);
});

test('a ruleset with outgoing rules only says nothing of incoming ones', () => {
  const ruleset = {
    name: 'allow-dns',
    subject: [INSIDE],
    incomingRules: [],
    outgoingRules: [
      {
        action: 'Allow' as const,
        object: [['externalnetwork:name=dns']],
        protocolPorts: ['udp/53'],
        observationEnabled: true,
      },
    ],
  };
  const text = printed({ kind: 'create-ruleset', ruleset });
  expect(text).not.toContain('incomingRules');
  expect(text).toContain('observationEnabled: true');
});

test('tag prefixes are the whole list, those already there first, none twice', () => {
  expect(printed({ kind: 'add-tag-prefixes', prefixes: ['app=', 'role='] }, ['role=', 'tier='])).toBe(`\
# apoctl api update namespace /acme/aws-dev/k8s/hipster-shop -n /acme/aws-dev/k8s
name: /acme/aws-dev/k8s/hipster-shop
namespace: /acme/aws-dev/k8s
tagPrefixes:
  - role=
  - tier=
  - app=
`);
});

test('disabling discovery mode', () => {
  const change: Change = {
    kind: 'set-default-actions',
    actions: { incoming: 'Reject', outgoing: 'Reject' },
    former: { incoming: 'Inherit', outgoing: 'Inherit' },
  };
  expect(printed(change)).toBe(`\
# apoctl api update namespace /acme/aws-dev/k8s/hipster-shop -n /acme/aws-dev/k8s
name: /acme/aws-dev/k8s/hipster-shop
namespace: /acme/aws-dev/k8s
defaultPUIncomingTrafficAction: Reject
defaultPUOutgoingTrafficAction: Reject
`);
});

test('one document a change, in their order', () => {
  const network = { name: 'DNS', entries: ['10.0.0.10'], associatedTags: ['externalnetwork:name=dns'] };
  const documents = draftDocuments(
    {
      namespace: NAMESPACE,
      changes: [
        { kind: 'add-tag-prefixes', prefixes: ['app='] },
        { kind: 'create-external-network', network },
      ],
    },
    [],
  );
  expect(documents.map(({ document }) => document.name)).toEqual([NAMESPACE, 'DNS']);
});
