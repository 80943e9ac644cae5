/** What suspicion does to a draft: what is stopped stays out and is said, what is worth a look comes first on the card. */
import type { Remark } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { groupEdges } from '#core/groups.ts';
import type { Suspicion } from '#core/suspicion/signals.ts';
import { groupBy } from './group-by.ts';
import type { Scene } from './scene.ts';
import { type LeftOut, list, type Sketch } from './sketch.ts';

/** More groups than these are told together, so that a flood cannot hide the one that matters. */
const TOLD_ONE_BY_ONE = 12;

/** `covered`: ids of the edges that the changes would accept. */
export function withSuspicions(
  scene: Scene,
  sketch: Sketch,
  wanting: readonly Edge[],
  covered: ReadonlySet<string>,
): Sketch {
  const stopped = wanting.filter((edge) => scene.suspicions.isStopped(edge));
  const out = stopped.filter((edge) => !covered.has(edge.id));
  const allTheSame = stopped.filter((edge) => covered.has(edge.id));
  const left = new Set(sketch.leftOut.flatMap((one) => one.edges));
  const stays = wanting.filter((edge) => !left.has(edge) && !scene.suspicions.isStopped(edge));
  const leftOut: LeftOut[] = groupBy(out, (edge) => reasonsOf(scene, edge, 'stop')).map(([because, edges]) => ({
    edges,
    because,
  }));
  return {
    ...sketch,
    leftOut: [...sketch.leftOut, ...leftOut],
    remarks: [
      ...told(scene, out, 'stop', (words) => `${words}: not in this draft.`),
      ...told(
        scene,
        allTheSame,
        'stop',
        (words) => `${words}. The rules of this draft are wide enough to allow it.`,
      ).map((remark): Remark => ({ ...remark, level: 'look' })),
      ...told(scene, stays, 'look', (words) => `${words}.`),
      ...sketch.remarks,
      ...noted(scene, stays),
    ],
  };
}

/** `redis → transfer.sh tcp/443: why; why (12 connections on 3 days)`; one remark a group, or one a signal for a crowd. */
function told(
  scene: Scene,
  edges: readonly Edge[],
  level: Suspicion['level'],
  sentence: (words: string) => string,
): Remark[] {
  const about = edges.filter((edge) => scene.suspicions.of(edge).some((one) => one.level === level));
  const byReason = groupBy(about, (edge) => reasonsOf(scene, edge, level));
  const groups = byReason.flatMap(([reasons, theirs]) =>
    groupEdges(theirs, scene.evidence).map((group) => ({ group, reasons })),
  );
  if (groups.length <= TOLD_ONE_BY_ONE) {
    return groups.map(({ group, reasons }) => ({
      level,
      text: sentence(
        `${group.source} → ${group.destination} ${group.ports.join(' ')}: ${reasons} (${group.count} connections on ${group.days} ${group.days === 1 ? 'day' : 'days'})`,
      ),
    }));
  }
  const byName = groupBy(groups, ({ group }) => group.source);
  return byName.map(([source, theirs]) => {
    const places = list([...new Set(theirs.map(({ group }) => group.destination))].sort(), 4);
    const reasons = list([...new Set(theirs.map((one) => one.reasons))].sort(), 2);
    return { level, text: sentence(`${source} → ${theirs.length} places, among them ${places}: ${reasons}`) };
  });
}

function noted(scene: Scene, edges: readonly Edge[]): Remark[] {
  const notes = edges.flatMap((edge) =>
    scene.suspicions.of(edge).flatMap((one) => (one.level === 'note' ? [{ edge, because: one.because }] : [])),
  );
  return groupBy(notes, ({ because }) => because).map(([because, theirs]) => {
    const places = groupEdges(
      theirs.map(({ edge }) => edge),
      scene.evidence,
    ).map((group) => `${group.source} → ${group.destination}`);
    return { level: 'note', text: `${list(places, 4)}: ${because}.` };
  });
}

export function reasonsOf(scene: Scene, edge: Edge, level: Suspicion['level']): string {
  const reasons = scene.suspicions.of(edge).filter((one) => one.level === level);
  return reasons.map((one) => one.because).join('; ');
}
