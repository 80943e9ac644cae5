/** `npm run quality`: how good the drafts are, on applications whose true graph is known. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Redis } from 'ioredis';
import { understood } from '#sandbox/options.ts';
import { oddGraph } from './quality/odd.ts';
import { HELP, type Options, readOptions } from './quality/options.ts';
import { faultsOf, type Score, scoreOf } from './quality/score.ts';
import { drawScores } from './quality/table.ts';
import { startRedis } from './redis.ts';

const options = understood(() => readOptions(process.argv.slice(2)), HELP);
if (options === 'help') process.stdout.write(HELP);
else process.exitCode = await run(options);

async function run({ apps, odd, oddFolder, json, ...how }: Options): Promise<number> {
  const folder = oddFolder ?? (await mkdtemp(join(tmpdir(), 'lockstep-odd-')));
  const server = await startRedis();
  const redis = new Redis(server.url);
  const scores: Score[] = [];
  let failed = 0;
  try {
    const generated = odd === 0 ? [] : await writeOdd(folder, odd, how.seed);
    for (const app of [...apps, ...generated]) {
      const progress = progressOf(basename(app, '.json'));
      try {
        const score = await scoreOf({ app, ...how, redis, onProgress: progress.at });
        const faults = faultsOf(score);
        progress.end(faults.length === 0 ? 'as it should be' : `${faults.length} faults: ${faults[0]}`);
        scores.push(score);
      } catch (error) {
        failed += 1;
        progress.end(`could not be scored: ${error instanceof Error ? error.message : error}`);
      }
    }
  } finally {
    await redis.quit();
    await server.stop();
    if (oddFolder === undefined) await rm(folder, { recursive: true, force: true });
  }
  const { windowDays, seed, podsMode } = how;
  process.stdout.write(`\n${windowDays} of 7 recorded days, seed ${seed}, mode ${podsMode}\n\n${drawScores(scores)}\n`);
  const faults = scores.flatMap((score) => faultsOf(score).map((fault) => `${score.app}: ${fault}`));
  if (json)
    await writeFile(json, `${JSON.stringify({ windowDays, seed, podsMode, failed, faults, scores }, null, 2)}\n`);
  return failed > 0 ? 3 : faults.length > 0 ? 1 : 0;
}

async function writeOdd(folder: string, count: number, seed: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const graph = oddGraph(`${seed}/${number}`, number);
    const file = join(folder, `${graph.app}.json`);
    await writeFile(file, `${JSON.stringify(graph, null, 1)}\n`);
    files.push(file);
  }
  return files;
}

/** One line an application: on a terminal it is drawn again as the work goes on. */
function progressOf(name: string) {
  const { stdout } = process;
  const write = (words: string) => {
    const line = `${name.padEnd(26)} ${words}`;
    stdout.write(stdout.isTTY ? `\r\u001b[2K${line.slice(0, Math.max(20, stdout.columns - 1))}` : `${line}\n`);
  };
  return {
    at: (words: string) => (stdout.isTTY ? write(words) : undefined),
    end(words: string): void {
      write(words);
      if (stdout.isTTY) stdout.write('\n');
    },
  };
}
