/** How the demo ends: what each stage did, and what the console says about the namespace now. */
import { STAGES, type Stage } from '#core/stage.ts';
import { LOCKDOWNS } from './laptop.ts';
import { linesOf, type Message, readChannel } from './reading.ts';

type EdgeReading = {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port?: number;
  /** Part of the application's true graph, not planted noise. */
  readonly true: boolean;
  readonly seenInWeek: boolean;
  readonly verdict: 'Accept' | 'Reject';
  readonly decidedBy: string;
};

type Truth = {
  readonly defaults: { readonly incoming: string; readonly outgoing: string };
  readonly effective: { readonly incoming: string; readonly outgoing: string };
  readonly edges: readonly EdgeReading[];
};

type ConsoleObject = { readonly name: string; readonly annotations?: Readonly<Record<string, readonly string[]>> };
type Objects = Readonly<Record<string, readonly ConsoleObject[]>>;

export type Ending = {
  readonly lockedDown: boolean;
  readonly defaults: Truth['defaults'];
  readonly stages: readonly {
    readonly stage: Stage;
    readonly created: readonly string[];
    /** Edges that the console lets through by what this stage created. */
    readonly edgesAllowed: number;
    readonly verified: string;
  }[];
  readonly accepted: readonly EdgeReading[];
  readonly rejected: readonly EdgeReading[];
  /** Edges of the true graph that are rejected: there should be none. */
  readonly cut: readonly EdgeReading[];
};

/** Everything but the words about verification is read from the console, not from the bot. */
export async function readEnding(controlUrl: string, slackUrl: string, namespace: string): Promise<Ending> {
  const [truth, objects, messages] = await Promise.all([
    json<Truth>(`${controlUrl}/truth`),
    json<Objects>(`${controlUrl}/objects`),
    readChannel(slackUrl, LOCKDOWNS),
  ]);
  const rulesets = new Map<string, Set<string>>();
  const created = new Map<string, string[]>();
  for (const [kind, list] of Object.entries(objects)) {
    for (const { name, annotations } of list) {
      const stage = annotations?.['lockstep.stage']?.[0];
      if (!stage) continue;
      created.set(stage, [...(created.get(stage) ?? []), name]);
      if (kind.startsWith('networkruleset')) rulesets.set(stage, (rulesets.get(stage) ?? new Set()).add(name));
    }
  }
  const { incoming, outgoing } = truth.defaults;
  const rejected = truth.edges.filter(({ verdict }) => verdict === 'Reject');
  return {
    lockedDown: incoming === 'Reject' && outgoing === 'Reject',
    defaults: truth.defaults,
    stages: STAGES.map((stage) => ({
      stage,
      created: created.get(stage) ?? [],
      edgesAllowed: truth.edges.filter(
        ({ verdict, decidedBy }) => verdict === 'Accept' && rulesets.get(stage)?.has(decidedBy),
      ).length,
      verified: stage === 'disable-discovery' ? readBack(truth) : howVerified(stage, namespace, messages),
    })),
    accepted: truth.edges.filter(({ verdict }) => verdict === 'Accept'),
    rejected,
    cut: rejected.filter((edge) => edge.true),
  };
}

/** The enforcers' own reading: what they do with what no rule matches. */
function readBack({ effective }: Truth): string {
  return `the console answers what no rule matches with ${effective.incoming} (incoming) and ${effective.outgoing} (outgoing)`;
}

const TELLING = ['seen allowed', 'went on unproven', 'nothing to allow', 'left out'];

/** The last thing the thread says about how a stage was proven. */
function howVerified(stage: Stage, namespace: string, messages: readonly Message[]): string {
  const lines = linesAbout(TELLING, stage, namespace, messages);
  const last = lines.at(-1) ?? 'not verified';
  const open = linesAbout(['not seen'], stage, namespace, messages).at(-1);
  return open && last.includes('without proof') ? `${last} (${open})` : last;
}

/** What the thread says about a stage when one of these happened. */
function linesAbout(
  events: readonly string[],
  stage: Stage,
  namespace: string,
  messages: readonly Message[],
): string[] {
  return messages
    .filter(({ text }) => events.some((event) => text === `${stage} of ${namespace}: ${event}`))
    .map((message) => linesOf(message).join(' '));
}

async function json<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`GET ${url}: ${response.status}`);
  return (await response.json()) as Answer;
}

/** The table at the end, and the reading, for a terminal of any width. */
export function drawEnding(ending: Ending): string {
  const { defaults, stages, accepted, rejected, cut } = ending;
  const table = stages.flatMap(({ stage, created, edgesAllowed, verified }) => [
    `  ${stage}`,
    `    created   ${created.join(', ') || 'nothing'}`,
    `    allows    ${edgesAllowed} edges`,
    `    verified  ${verified}`,
  ]);
  const planted = rejected.filter((edge) => !edge.true);
  return [
    'What each stage did',
    ...table,
    '',
    'What the console says now',
    `  default actions: incoming ${defaults.incoming}, outgoing ${defaults.outgoing}`,
    `  accepted: ${accepted.length} edges`,
    ...accepted.map((edge) => `    ✓ ${named(edge)}  by ${edge.decidedBy}`),
    `  rejected: ${rejected.length} edges, ${planted.length} of them not the application’s own`,
    ...planted.map((edge) => `    ✗ ${named(edge)}`),
    ...cut.map((edge) => `    ✗ ${named(edge)}  BELONGS TO THE APPLICATION`),
    '',
    ending.lockedDown && cut.length === 0
      ? 'Locked down: what no rule allows is rejected, and nothing of the application is cut.'
      : ending.lockedDown
        ? `Locked down, but ${cut.length} edges of the application are cut.`
        : 'Not locked down.',
  ].join('\n');
}

function named({ from, to, protocol, port }: EdgeReading): string {
  return `${from} → ${to} ${protocol}${port === undefined ? '' : `/${port}`}`;
}
