/** `npm start`: one Slack process and one worker on this machine, each with its own secrets and started again when it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { environment } from '#config/env.ts';
import { EXIT_CONFIG } from '#config/load.ts';
import { environmentFor } from '#config/secrets.ts';

/** Before a process that ended is started again; doubled while it keeps ending at once. */
const AGAIN_MS_FIRST = 1000;
const AGAIN_MS_MAX = 60_000;
const SOUND_MS = 30_000;

const running = new Set<ChildProcess>();
/** Which of the two has lasted, or ended for another reason than its configuration, at least once. */
const worked = new Set<keyof typeof ENTRIES>();
let stopping = false;

const ENTRIES = { slack: 'src/main.ts', worker: 'workers/main.ts' } as const;

function keepRunning(who: keyof typeof ENTRIES, againMs = AGAIN_MS_FIRST): void {
  const begun = Date.now();
  const entry = ENTRIES[who];
  const env = { ...environmentFor(who, environment()) };
  const child = spawn(process.execPath, ['--import', 'tsx', entry], { stdio: 'inherit', env });
  running.add(child);
  child.once('exit', (code) => {
    running.delete(child);
    if (stopping) return;
    if (code !== EXIT_CONFIG || Date.now() - begun > SOUND_MS) worked.add(who);
    // What has worked once is no wrong setting: a token was revoked, say, and the other process has nothing to do with it.
    if (code === EXIT_CONFIG && !worked.has(who)) return stopAll(EXIT_CONFIG);
    const wait = Date.now() - begun > SOUND_MS ? AGAIN_MS_FIRST : againMs;
    process.stderr.write(`${entry} ended with code ${code}; it is started again in ${wait / 1000} s\n`);
    setTimeout(() => {
      if (!stopping) keepRunning(who, Math.min(wait * 2, AGAIN_MS_MAX));
    }, wait);
  });
}

function stopAll(code: number): void {
  stopping = true;
  process.exitCode = code;
  for (const child of running) child.kill('SIGTERM');
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopAll(0));
keepRunning('slack');
keepRunning('worker');
