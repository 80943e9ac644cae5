/** `npm start`: one Slack process and one worker on this machine, each started again when it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EXIT_CONFIG } from '#config/load.ts';

/** Before a process that ended is started again; doubled while it keeps ending at once. */
const AGAIN_MS_FIRST = 1000;
const AGAIN_MS_MAX = 60_000;
const SOUND_MS = 30_000;

const running = new Set<ChildProcess>();
let stopping = false;

function keepRunning(entry: string, againMs = AGAIN_MS_FIRST): void {
  const begun = Date.now();
  const child = spawn(process.execPath, ['--import', 'tsx', entry], { stdio: 'inherit' });
  running.add(child);
  child.once('exit', (code) => {
    running.delete(child);
    if (stopping) return;
    if (code === EXIT_CONFIG) return stopAll(EXIT_CONFIG);
    const wait = Date.now() - begun > SOUND_MS ? AGAIN_MS_FIRST : againMs;
    process.stderr.write(`${entry} ended with code ${code}; it is started again in ${wait / 1000} s\n`);
    setTimeout(() => {
      if (!stopping) keepRunning(entry, Math.min(wait * 2, AGAIN_MS_MAX));
    }, wait);
  });
}

function stopAll(code: number): void {
  stopping = true;
  process.exitCode = code;
  for (const child of running) child.kill('SIGTERM');
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopAll(0));
keepRunning('src/main.ts');
keepRunning('workers/main.ts');
