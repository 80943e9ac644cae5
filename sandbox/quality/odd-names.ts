/** Names and labels of odd applications: some look like what Kubernetes makes up, some tell nobody from anybody. */
import type { Chance } from '#sandbox/console/world/chance.ts';

export type Labelling = 'app' | 'shared' | 'mixed';

const WORDS = [
  'quill',
  'ember',
  'lathe',
  'mossy',
  'otter',
  'pivot',
  'raven',
  'sable',
  'tonic',
  'umber',
  'vapor',
  'wharf',
];
const TASKS = ['api', 'web', 'store', 'feed', 'sync', 'mail', 'index', 'auth', 'bill', 'job'];

export function nameFor(index: number, chance: Chance): string {
  const [word, task] = [chance.pick(WORDS), chance.pick(TASKS)];
  switch (index % 6) {
    case 0:
      return `${word}-${task}`;
    case 1:
      // Ends as a pod of a ReplicaSet does.
      return `${word}-${chance.word(5)}`;
    case 2:
      // Ends as a pod of a StatefulSet does.
      return `${task}-${chance.between(2, 9)}`;
    case 3:
      return `${word}.${task}`;
    case 4:
      return `${word}${task}-v${chance.between(1, 3)}`;
    default:
      return `${chance.between(1, 9)}${word}`;
  }
}

export function labelsOf(labelling: Labelling, name: string, index: number, chance: Chance): Record<string, string> {
  const kind = labelling === 'mixed' ? chance.pick(['app', 'name', 'k8s', 'pair', 'shared'] as const) : labelling;
  switch (kind) {
    case 'app':
      return { app: name };
    case 'name':
      return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/version': '4.2.0', 'helm.sh/chart': 'odd-4.2.0' };
    case 'k8s':
      return { 'k8s-app': name };
    case 'pair':
      // Only both together are somebody's own.
      return { app: `group-${index % 3}`, component: `part-${Math.floor(index / 3)}` };
    case 'shared':
      // Two share everything; every fourth has no label at all.
      return index % 4 === 3 ? {} : { app: `twin-${Math.floor(index / 2)}`, tier: 'backend' };
  }
}
