/** What was stopped and somebody answers for: in the draft again, looked at first, and never without the person's name. */
import type { Remark, Stopped } from '#core/draft.ts';
import type { Edge } from '#core/edge.ts';
import { groupEdges } from '#core/groups.ts';
import type { Suspicions } from '#core/suspicion/suspicion.ts';
import { outsideNames } from './ends.ts';
import type { Scene } from './scene.ts';

/** The scene with every group that has a sponsor let through; `stopped` says which groups there were before. */
export function withSponsors(scene: Scene): Scene {
  const { sponsored = {} } = scene.answers;
  if (Object.keys(sponsored).length === 0) return scene;
  const lifted = groupEdges(
    scene.edges.filter((edge) => scene.suspicions.isStopped(edge)),
    scene.evidence,
  ).filter(({ id }) => Object.hasOwn(sponsored, id));
  return letThrough(scene, new Set(lifted.flatMap(({ edges }) => edges)));
}

/** As if somebody answered for all of these edges. */
export function letThrough(scene: Scene, ids: ReadonlySet<string>): Scene {
  const { suspicions } = scene;
  const isLifted = (edge: Edge) => ids.has(edge.id);
  const stillStopped = scene.edges.filter((edge) => suspicions.isStopped(edge) && !isLifted(edge));
  const freed = new Set(scene.edges.filter(isLifted).flatMap(outsideNames));
  for (const name of stillStopped.flatMap(outsideNames)) freed.delete(name);
  const lifted: Suspicions = {
    of: suspicions.of,
    isStopped: (edge) => suspicions.isStopped(edge) && !isLifted(edge),
    isSponsored: isLifted,
    stoppedNames: new Set([...suspicions.stoppedNames].filter((name) => !freed.has(name))),
  };
  return { ...scene, suspicions: lifted };
}

/** Groups of what was stopped that the rules could allow, by the edges they would allow if nothing were stopped. */
export function stoppedGroups(
  scene: Scene,
  stopped: readonly Edge[],
  possible: ReadonlySet<string>,
  because: (edge: Edge) => string,
): Stopped[] {
  const byId = new Map(stopped.map((edge) => [edge.id, edge]));
  return groupEdges(stopped, scene.evidence)
    .filter(({ edges }) => edges.every((id) => possible.has(id)))
    .map((group) => {
      const reasons = new Set(group.edges.flatMap((id) => byId.get(id) ?? []).map(because));
      const sponsor = scene.answers.sponsored?.[group.id];
      return { group, because: [...reasons].sort().join('; '), ...(sponsor ? { sponsor } : {}) };
    });
}

export function sponsorRemarks(stopped: readonly Stopped[]): Remark[] {
  return stopped.flatMap(({ group: { source, destination, ports }, because, sponsor }): Remark[] =>
    sponsor
      ? [
          {
            level: 'look',
            text: `${source} → ${destination} ${ports.join(' ')} looks wrong: ${because}. It is in the draft because somebody answers for it: “${sponsor.because}”.`,
            by: sponsor.by,
          },
        ]
      : [],
  );
}
