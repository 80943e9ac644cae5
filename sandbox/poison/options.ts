/** The command line of `npm run poison`. */
import { givenOptions, wholeNumber } from '#sandbox/options.ts';

export const HELP = `npm run poison -- [options]

Plants attacks into a recorded week of each application, lets the product fold, judge and draft it, and tells what it
flagged and what it kept out of the drafts; then the same week unharmed, and what is flagged there for nothing.

  --app FILE …   service graphs (default: the five in sandbox/apps); may be repeated, or name several
  --seed N       another week, other victims, other words (default: 1)
  --json FILE    the same as JSON

Outcomes: "kept out": flagged, in no draft, and still cut when every question is answered as advised; "flagged": first
on the card, and people decide; "slipped in": flagged, yet it got into a draft; "unseen": nothing was said about it.

Ends with 0 when all is well; 1 when planted exfiltration, DNS, metadata or inward traffic got into a draft without
a named person, an attack was not flagged, a clean week shows a stop or more than three looks in a stage, or a stop cut what is
sound; 2 when the options are wrong; 3 when an application could not be tried.
`;

const APPS = ['bookinfo', 'bookinfo-db-external', 'hipster-shop-v0.3.1', 'online-boutique-v0.10.6', 'robot-shop'];

export type Options = { readonly apps: readonly string[]; readonly seed: number; readonly json?: string };

/** Throws a sentence for people where the options are wrong. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = givenOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      app: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (positionals.length > 0 && values.app.length === 0) throw new Error(`${positionals[0]} belongs behind --app`);
  const seed = wholeNumber('--seed', values.seed);
  const named = [...values.app, ...positionals];
  return {
    apps: named.length > 0 ? named : APPS.map((name) => `sandbox/apps/${name}.json`),
    seed,
    ...(values.json === undefined ? {} : { json: values.json }),
  };
}
