/** Runs the product's processes and starts each again when it dies, as a container runtime would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '#config/env.ts';

export type Program = {
  readonly name: string;
  readonly entry: string;
  readonly log: string;
  readonly env: Environment;
};

export type Supervised = {
  readonly name: string;
  /** How often it was started. */
  starts(): number;
  signal(signal: NodeJS.Signals): void;
  /** Asked politely, and not started again. */
  stop(): Promise<void>;
};

const RESTART_AFTER_MS = 500;
/** A little more than the product gives itself to finish what is under way. */
const END_WITHIN_MS = 30_000;

export function supervise({ name, entry, log, env }: Program): Supervised {
  let starts = 0;
  let stopping = false;
  let child: ChildProcess | undefined;
  const file = createWriteStream(log, { flags: 'a' });

  function start(): void {
    starts += 1;
    const started = spawn(process.execPath, ['--import', 'tsx', entry], {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C reaches the run alone, which then stops the product politely.
      detached: true,
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) stream.pipe(file, { end: false });
    // Of a group of its own, it would otherwise outlive a run that ends in an error.
    const withUs = () => started.kill('SIGKILL');
    process.once('exit', withUs);
    started.once('exit', (code, signal) => {
      process.off('exit', withUs);
      file.write(`${JSON.stringify({ event: 'supervisor', because: `${name} ended: ${signal ?? code}` })}\n`);
      if (!stopping) setTimeout(() => !stopping && start(), RESTART_AFTER_MS).unref();
    });
  }

  start();
  return {
    name,
    starts: () => starts,
    signal: (signal) => void child?.kill(signal),
    async stop() {
      stopping = true;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child?.once('exit', () => resolve()));
      // A frozen process hears nothing.
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const late = new AbortController();
      await Promise.race([gone, sleep(END_WITHIN_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
      late.abort();
      child.kill('SIGKILL');
      await gone;
      file.end();
    },
  };
}
