/** What is left when a step is done, wherever it left it, without what differs from one run to the next: ids and times. */
import type { Event } from '#core/events.ts';
import { STAGES } from '#core/stage.ts';
import { JOB_NAMES } from '#src/jobs.ts';
import type { House } from './house.ts';

export async function endState(house: House) {
  const { id, deps } = house;
  const lockdown = await deps.lockdowns.read(id);
  const { annotations, ...object } = await house.namespaceObject();
  const { tagPrefixes, defaultPUIncomingTrafficAction, defaultPUOutgoingTrafficAction } = object;
  const former = await deps.evidence.former(id);
  return {
    lockdown: [lockdown?.phase, lockdown?.paused, lockdown?.because, lockdown?.failedStep, lockdown?.length],
    stages: STAGES.map((stage) => {
      const { phase, revision, votes, appliedAt } = lockdown?.stages[stage] ?? {};
      return { stage, phase, revision, voted: votes?.map(({ person }) => person), applied: appliedAt !== undefined };
    }),
    history: (await deps.lockdowns.history(id)).map(({ event, from, to }) => `${told(event)}: ${from} → ${to}`),
    namespace: {
      ...{ tagPrefixes, defaultPUIncomingTrafficAction, defaultPUOutgoingTrafficAction },
      annotations: withoutTimes(JSON.stringify(Object.entries(annotations).sort())),
    },
    objects: (await house.objects()).map(withoutIds).sort(),
    journalled: await journalled(house),
    former: former && [former.incoming, former.outgoing],
    messages: (await house.seen()).map(gist).sort(),
    files: (await house.around.state()).files.map(({ title }) => title).sort(),
    whispered: await whispered(house),
    waiting: await waiting(house),
  };
}

function told(event: Event | { readonly type: 'started' }): string {
  return 'stage' in event && event.stage ? `${event.type} ${event.stage}` : event.type;
}

/** In the order of the journal: undo goes through it backwards. */
async function journalled({ deps, id }: House): Promise<string[]> {
  const all = await Promise.all(STAGES.map((stage) => deps.evidence.written(id, stage)));
  return all.flat().map((written) => `${written.kind} ${'name' in written ? written.name : written.added.join(' ')}`);
}

function withoutIds({ name, annotations, ...object }: Awaited<ReturnType<House['objects']>>[number]): string {
  const { entries, subject, incomingRules, outgoingRules, associatedTags } = object;
  return withoutTimes(
    JSON.stringify({ name, annotations, entries, subject, incomingRules, outgoingRules, associatedTags }),
  );
}

/** Slack does not promise that a whisper arrives, and nobody minds hearing one twice. */
async function whispered(house: House): Promise<string[]> {
  const heard = await Promise.all((['alice', 'boris', 'chitra'] as const).map((who) => house.whispers(who)));
  return [...new Set(heard.flat())].sort();
}

/** What is still to be done, whatever the jobs are called. */
async function waiting({ queues }: House): Promise<string[]> {
  const all = await Promise.all(
    JOB_NAMES.map(async (name) => (await queues.underWay(name)).map((data) => `${name} ${JSON.stringify(data)}`)),
  );
  return [...new Set(all.flat())].sort();
}

/** What it is about, where that stands, and the buttons; lists of traffic differ from one use of the shop to the next. */
function gist(drawn: string): string {
  const [first, ...lines] = withoutTimes(drawn).split('\n');
  const standing = lines.filter((line) => /^(:\w+:|\[)/.test(line)).map((line) => line.split(/ – |: \d+ of /)[0]);
  return [first, ...standing].join('\n');
}

function withoutTimes(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, 'here')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '⌚')
    .replace(/\b[0-9a-f]{16,}\b/g, '…')
    .replace(/\d{10,}(\.\d+)?/g, '⌚')
    .replace(/\b\d{1,2}:\d{2}(:\d{2})?\b/g, '⌚');
}
