/** The command line of `npm run attack`. */
import { givenOptions, wholeNumber } from '#sandbox/options.ts';

export const HELP = `npm run attack -- [options]

Starts the product in the sandboxes, with a real Redis under the shipped users, and tries with each single credential to
get a vote that nobody gave, a write that nobody approved, or a secret. Whether anything came of it is read from the
console's objects and from the ledger. Between the attempts honest people do the same thing, so that it can be seen to work.

  --app FILE     the application's service graph (default: sandbox/apps/hipster-shop-v0.3.1.json)
  --seed N       another discovery week (default: 1)
  --only WORDS   only credentials and cases that contain these words, such as "bot token" or V-09,T-10
  --json FILE    the same as JSON

Ends with 0 when everything was stopped and the honest journey worked; 1 when something went through or broke; 2 when
the options are wrong or something needed is not there.
`;

export type Options = {
  readonly app: string;
  readonly seed: number;
  /** In small letters. */
  readonly only?: readonly string[];
  readonly json?: string;
};

/** Throws a sentence for people where the options are wrong. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = givenOptions({
    args: [...args],
    options: {
      app: { type: 'string', default: 'sandbox/apps/hipster-shop-v0.3.1.json' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const seed = wholeNumber('--seed', values.seed);
  const { app, only, json } = values;
  return {
    app,
    seed,
    ...(only === undefined ? {} : { only: only.toLowerCase().split(',') }),
    ...(json === undefined ? {} : { json }),
  };
}
