/** The command line of `npm run quality`. */
import { givenOptions, wholeNumber } from '#sandbox/options.ts';

export const HELP = `npm run quality -- [options]

Locks down each application with the product's own drafts, every question answered as advised, lives a further week
under the rules, and holds what happened against the application's true graph.

  --app FILE …     service graphs (default: the five in sandbox/apps); may be repeated, or name several
  --odd N          N generated graphs of odd applications: alone, or after those of --app
  --odd-folder DIR where the generated graphs are written (default: a folder that is removed at the end)
  --window 1d|3d|7d how much of the recorded week is read (default: 7d)
  --seed N         another recorded week, another further week, other odd applications (default: 1)
  --mode MODE      namespace: the guide's any-to-any ruleset; observed: one ruleset a workload (default: observed)
  --no-kubernetes  as if no cluster could be asked: its facts are read off the flows
  --json FILE      the same as JSON, with every edge

Columns: true edges of the application, those seen in the window; edges cut although seen, and because they were not;
pairs of workloads and ports that are allowed and were never seen, of all that are possible; edges whose verdict was
uncertain; predicted rejects beside real ones, as precision and recall; completeness as claimed and as it was, by flows
and by edges.

Ends with 0 when all is well; 1 when an edge of an application was cut although it had been seen, a prediction was
wrong, or a draft of the mode observed allows more than was seen without a word about it; 2 when the options are wrong;
3 when an application could not be scored.
`;

const APPS = ['bookinfo', 'bookinfo-db-external', 'hipster-shop-v0.3.1', 'online-boutique-v0.10.6', 'robot-shop'];

export type Options = {
  readonly apps: readonly string[];
  readonly odd: number;
  readonly oddFolder?: string;
  readonly windowDays: number;
  readonly seed: number;
  readonly podsMode: 'namespace' | 'observed';
  readonly kubernetes: boolean;
  readonly json?: string;
};

/** Throws a sentence for people where the options are wrong. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = givenOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      app: { type: 'string', multiple: true, default: [] },
      odd: { type: 'string', default: '0' },
      'odd-folder': { type: 'string' },
      window: { type: 'string', default: '7d' },
      seed: { type: 'string', default: '1' },
      mode: { type: 'string', default: 'observed' },
      'no-kubernetes': { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (positionals.length > 0 && values.app.length === 0) throw new Error(`${positionals[0]} belongs behind --app`);
  const [, days] = /^([137])d$/.exec(values.window) ?? [];
  if (days === undefined) throw new Error(`--window takes 1d, 3d or 7d, not ${values.window}`);
  if (values.mode !== 'namespace' && values.mode !== 'observed')
    throw new Error(`--mode takes namespace or observed, not ${values.mode}`);
  const odd = wholeNumber('--odd', values.odd);
  const named = [...values.app, ...positionals];
  return {
    apps: named.length > 0 || odd > 0 ? named : APPS.map((name) => `sandbox/apps/${name}.json`),
    odd,
    ...(values['odd-folder'] === undefined ? {} : { oddFolder: values['odd-folder'] }),
    windowDays: Number(days),
    seed: wholeNumber('--seed', values.seed),
    podsMode: values.mode,
    kubernetes: !values['no-kubernetes'],
    ...(values.json === undefined ? {} : { json: values.json }),
  };
}
