/** That a vote is for exactly what was shown: what changes a digest, and what must not. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Asked, digestOf, digestWords, draftDigest, inverseOf, isSameMatter } from '#core/digest.ts';
import type { Change, EdgeGroup, Residual } from '#core/draft.ts';
import { A_BASIS } from '#test/support/lockdowns.ts';

const NAMESPACE = '/acme/aws-dev/k8s/hipster-shop';

const CHANGES: readonly Change[] = [
  {
    kind: 'create-external-network',
    network: { name: 'DNS', entries: ['10.0.0.10', 'fd00::10'], associatedTags: ['externalnetwork:name=dns'] },
  },
  {
    kind: 'create-ruleset',
    ruleset: {
      name: 'allow-dns',
      subject: [['$identity=processingunit', `$namespace=${NAMESPACE}`], ['app=frontend']],
      incomingRules: [],
      outgoingRules: [
        { name: 'dns', action: 'Allow', object: [['externalnetwork:name=dns']], protocolPorts: ['udp/53', 'tcp/53'] },
        {
          name: 'dns-other',
          action: 'Reject',
          object: [['externalnetwork:name=other'], ['a=b', 'c=d']],
          protocolPorts: ['udp/53'],
          observationEnabled: true,
        },
      ],
    },
  },
  { kind: 'add-tag-prefixes', prefixes: ['app=', 'role='] },
  {
    kind: 'set-default-actions',
    actions: { incoming: 'Reject', outgoing: 'Reject' },
    former: { incoming: 'Inherit', outgoing: 'Allow' },
  },
];

const GROUP: EdgeGroup = {
  id: 'g1',
  source: 'frontend',
  destination: 'internet',
  ports: ['tcp/443'],
  names: [],
  addresses: ['203.0.113.7'],
  edges: ['e1'],
  count: 12,
  firstSeen: 1,
  lastSeen: 2,
  days: 1,
};

const RESIDUAL: Residual = {
  group: GROUP,
  because: 'no rule allows it',
  advice: 'block',
  adviceBecause: 'seen once',
  decision: { answer: 'block', by: 'U1' },
  changes: [],
};

function asked(changes: readonly Change[] = CHANGES, residual: readonly Residual[] = [RESIDUAL]): Asked {
  return {
    draft: { namespace: NAMESPACE, stage: 'dns', changes, residual },
    inverse: inverseOf(changes, []),
    basis: A_BASIS,
    approvalRule: { needed: 2, from: ['S1', 'S2'] },
  };
}

const digestUnder = (of: Asked) => draftDigest(of, 'salt of hipster-shop');
const digest = digestUnder(asked());

test('a digest is SHA-256 over its label and the canonical form', () => {
  const expected = createHash('sha256').update('lockstep/vote/v1\n{"a":1,"b":[true,null]}').digest('hex');
  expect(digestOf('vote', { b: [true, null], a: 1 })).toBe(expected);
});

test('the same value under another label has another digest', () => {
  const labels = ['draft', 'vote', 'entry', 'config'] as const;
  expect(new Set(labels.map((label) => digestOf(label, { a: 1 }))).size).toBe(labels.length);
});

test('what has more than one way to be written down has no digest', () => {
  expect(() => digestOf('config', { approvers: new Set(['U1']) })).toThrow(TypeError);
  expect(() => digestUnder({ ...asked(), approvalRule: { needed: 1.5 } })).toThrow(TypeError);
});

test('people compare sixteen characters in groups of four', () => {
  expect(digestWords('0123456789abcdef0123')).toBe('0123 4567 89ab cdef');
});

describe('a vote is void when', () => {
  test.each(leavesOf(CHANGES).map((path) => [path.join('.'), path] as const))('%s is another', (_, path) => {
    const mutated = mutate(CHANGES, path) as readonly Change[];
    // The inverse stays as asked, so that the change alone has to make the difference.
    expect(digestUnder({ ...asked(), draft: { ...asked().draft, changes: mutated } })).not.toBe(digest);
  });

  test('anything is added to a change, or taken from it', () => {
    const arrays = pathsOf(CHANGES, (value) => Array.isArray(value) && value.length > 0);
    expect(arrays.length).toBeGreaterThan(10);
    for (const path of arrays) {
      const more = at(CHANGES, path, (array) => [...(array as unknown[]), ...(array as unknown[]).slice(0, 1)]);
      const fewer = at(CHANGES, path, (array) => (array as unknown[]).slice(1));
      for (const changes of [more as Change[], fewer as Change[]]) {
        expect(digestUnder({ ...asked(), draft: { ...asked().draft, changes } }), path.join('.')).not.toBe(digest);
      }
    }
  });

  test('a word is put anywhere else', () => {
    const paths = leavesOf(CHANGES);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.string({ unit: 'grapheme' }), (path, text) => {
        const mutated = at(CHANGES, path, () => text) as readonly Change[];
        const same = JSON.stringify(mutated) === JSON.stringify(CHANGES);
        const now = digestUnder({ ...asked(), draft: { ...asked().draft, changes: mutated } });
        expect(now === digest).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  test('the namespace or the stage is another', () => {
    expect(digestUnder({ ...asked(), draft: { ...asked().draft, namespace: `${NAMESPACE}-2` } })).not.toBe(digest);
    expect(digestUnder({ ...asked(), draft: { ...asked().draft, stage: 'pods' } })).not.toBe(digest);
  });

  test('undoing would give back something else', () => {
    for (const path of leavesOf(asked().inverse)) {
      const inverse = mutate(asked().inverse, path) as Asked['inverse'];
      expect(digestUnder({ ...asked(), inverse }), path.join('.')).not.toBe(digest);
    }
  });

  test('the quorum is lowered', () => {
    expect(digestUnder({ ...asked(), approvalRule: { needed: 1, from: ['S1', 'S2'] } })).not.toBe(digest);
  });

  test('the window, the edges, the lists, the file or the warnings are others than the approvers had before them', () => {
    for (const path of leavesOf(A_BASIS)) {
      const basis = mutate(A_BASIS, path) as Asked['basis'];
      expect(digestUnder({ ...asked(), basis }), path.join('.')).not.toBe(digest);
    }
  });

  test('an answer in the residual changes, is missing, or a group is new', () => {
    const allowed: Residual = { ...RESIDUAL, decision: { answer: 'allow', by: 'U1' } };
    const { decision: _, ...undecided } = RESIDUAL;
    const other: Residual = { ...RESIDUAL, group: { ...GROUP, id: 'g2' } };
    const digests = [[allowed], [undecided], [RESIDUAL, other], []].map((residual) =>
      digestUnder(asked(CHANGES, residual)),
    );
    expect(new Set([digest, ...digests]).size).toBe(5);
  });
});

describe('a vote stays good when', () => {
  test('the same traffic goes on: other counts, times and texts', () => {
    const later: Residual = {
      ...RESIDUAL,
      because: 'nobody allows it',
      adviceBecause: 'seen twice',
      group: { ...GROUP, count: 90, lastSeen: 99, days: 2, addresses: ['203.0.113.8'], edges: ['e1', 'e9'] },
    };
    expect(digestUnder(asked(CHANGES, [later]))).toBe(digest);
    const newer = { ...A_BASIS, to: A_BASIS.to + 60_000, edges: '0'.repeat(64), file: '1'.repeat(64) };
    expect(isSameMatter({ ...asked(CHANGES, [later]), ...{ basis: newer } }, asked())).toBe(true);
  });

  test('somebody else gave the same answer', () => {
    const other: Residual = { ...RESIDUAL, decision: { answer: 'block', by: 'U2' } };
    expect(digestUnder(asked(CHANGES, [other]))).toBe(digest);
  });

  test('entries, tags, clauses, rules, ports, prefixes or residual groups come in another order', () => {
    const shuffled = reverseSets(CHANGES);
    expect(JSON.stringify(shuffled)).not.toBe(JSON.stringify(CHANGES));
    expect(digestUnder(asked(shuffled))).toBe(digest);
    const other: Residual = { ...RESIDUAL, group: { ...GROUP, id: 'g2' } };
    expect(digestUnder(asked(CHANGES, [RESIDUAL, other]))).toBe(digestUnder(asked(CHANGES, [other, RESIDUAL])));
  });
});

describe('what undoes a draft', () => {
  test('deletes what was created and gives back the former actions', () => {
    expect(inverseOf(CHANGES, [])).toEqual([
      { kind: 'delete-external-network', name: 'DNS' },
      { kind: 'delete-ruleset', name: 'allow-dns' },
      { kind: 'remove-tag-prefixes', prefixes: ['app=', 'role='] },
      { kind: 'set-default-actions', actions: { incoming: 'Inherit', outgoing: 'Allow' } },
    ]);
  });

  test('leaves a prefix alone that the namespace had before', () => {
    expect(inverseOf([{ kind: 'add-tag-prefixes', prefixes: ['app=', 'role='] }], ['role='])).toEqual([
      { kind: 'remove-tag-prefixes', prefixes: ['app='] },
    ]);
  });
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, wanted: (value: unknown) => boolean, path: Path = []): Path[] {
  const own = path.length > 0 && wanted(value) ? [path] : [];
  if (typeof value !== 'object' || value === null) return own;
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, child]) =>
      pathsOf(child, wanted, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

/** Everything but `kind`, which says how the rest is read. */
function leavesOf(value: unknown): Path[] {
  return pathsOf(value, (leaf) => typeof leaf !== 'object').filter((path) => path.at(-1) !== 'kind');
}

function at(value: unknown, [key, ...rest]: Path, change: (leaf: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[key] = at(copy[key], rest, change);
  return copy;
}

function mutate(value: unknown, path: Path): unknown {
  return at(value, path, (leaf) => (typeof leaf === 'boolean' ? !leaf : `${leaf}!`));
}

/** Every list within a change; the order of the changes themselves is the order they are made in. */
function reverseSets(changes: readonly Change[]): Change[] {
  return changes.map((change) => reversed(change) as Change);
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed).reverse();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, reversed(child)]));
}
