/** Starts the command line: `npm run --silent lockstep -- ledger …`. */
import { environment } from '#config/env.ts';
import { lockstep } from './ledger/lockstep.ts';

process.exitCode = await lockstep(process.argv.slice(2), {
  env: environment(),
  now: Date.now,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
