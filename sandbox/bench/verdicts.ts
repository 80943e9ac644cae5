/** Verdicts under a large policy, beside general engines with the same policy. */
import { compile } from '#core/verdict.ts';
import { casbin, cedarWasm, type Engine, plainLoop } from './engines.ts';
import { type Estate, estate } from './estate.ts';
import { type Case, type Group, keep, median, repeated, timed } from './measure.ts';
import { byRank } from './zipf.ts';

const FLOWS = 1_000_000;
/** Edges that an engine must judge as we do before it is measured. */
const SAMPLE = 100;
const RUNS = 25;
const WARM_UPS = 25;

export const VERDICTS: Group = {
  title: 'Verdicts: 200 rulesets with 597 rules, 200 networks with 709 CIDRs and 77 names, 400 units',
  cases: [
    engine('casbin', casbin, 100),
    engine('a plain loop over all rules', async (all) => plainLoop(all), 100),
    engine('Cedar (wasm), policies parsed once', async (all) => cedarWasm(all), 100),
    {
      name: 'OPA (wasm)',
      leftOut: 'a policy becomes wasm only through the opa binary, which was not at hand',
    },
    {
      name: 'Lockstep, flow by flow, 2,000 edges in turn',
      of: 'flows',
      run: () => {
        const { policy, workloads, edges } = estate();
        const judge = compile(policy, workloads);
        return repeated(5, 100_000, () => judged(100_000, edges.length, (rank) => judge.judge(edges[rank] as never)));
      },
      target: { words: '500 times the best engine', met: (own, first) => own.perSecond >= 500 * first.perSecond },
    },
    {
      name: 'Lockstep, 1M folded flows: compiled, edges judged, flows counted',
      of: 'flows',
      run: () => {
        const { policy, workloads, edges } = estate();
        const nextRank = byRank(edges.length, 'flows');
        const flows = Uint16Array.from({ length: FLOWS }, nextRank);
        return repeated(9, FLOWS, () => {
          const judge = compile(policy, workloads);
          const accepted = Uint8Array.from(edges, (edge) => Number(judge.judge(edge).outcome === 'accept'));
          let count = 0;
          for (const edge of flows) count += accepted[edge] as number;
          return count;
        });
      },
    },
    {
      name: 'of that, compiling',
      of: 'policies',
      run: () => {
        const { policy, workloads } = estate();
        return repeated(RUNS, 1, () => compile(policy, workloads), WARM_UPS);
      },
      target: { words: '60 ms', met: ({ ms }) => ms <= 60 },
    },
    {
      name: 'of that, judging 2,000 edges for the first time',
      of: 'edges',
      run: () => {
        const { policy, workloads, edges } = estate();
        const times = Array.from({ length: WARM_UPS + RUNS }, () => {
          const judge = compile(policy, workloads);
          return timed(() => keep(edges.map((edge) => judge.judge(edge))));
        }).slice(WARM_UPS);
        return { ms: median(times), runs: RUNS, count: edges.length };
      },
      target: { words: '10 ms', met: ({ ms }) => ms <= 10 },
    },
  ],
};

function engine(name: string, start: (all: Estate) => Promise<Engine>, flows: number): Case {
  return {
    name,
    of: 'flows',
    run: async () => {
      const all = estate();
      const judge = await start(all);
      const allows = (rank: number) => all.questions(all.edges[rank] as never).every((question) => judge(question));
      agree(name, all, allows);
      return repeated(3, flows, () => judged(flows, all.edges.length, allows));
    },
  };
}

function judged(flows: number, edges: number, judge: (rank: number) => unknown): unknown {
  const nextRank = byRank(edges, 'flows');
  let last: unknown;
  for (let flow = 0; flow < flows; flow++) last = judge(nextRank());
  return last;
}

function agree(name: string, { policy, workloads, edges }: Estate, allows: (rank: number) => boolean): void {
  const judge = compile(policy, workloads);
  let allowed = 0;
  for (let rank = 0; rank < edges.length; rank += Math.floor(edges.length / SAMPLE) - 1) {
    const edge = edges[rank] as (typeof edges)[number];
    const ours = judge.judge(edge).outcome === 'accept';
    if (ours !== allows(rank))
      throw new Error(`${name} and Lockstep differ about edge ${rank}: ${judge.judge(edge).because}`);
    if (ours) allowed++;
  }
  if (allowed < 5 || allowed > SAMPLE - 5) throw new Error(`a sample with ${allowed} allowed edges tells little`);
}
