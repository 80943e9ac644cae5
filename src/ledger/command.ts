/** What a subcommand is, what it is given, and how it reaches what the workers keep. */
import type { ParseArgsConfig } from 'node:util';
import type { Environment } from '#config/env.ts';
import { loadConfig, printMistakes } from '#config/load.ts';
import type { Config } from '#config/schema.ts';
import { cardStore } from '#redis/card-store.ts';
import { connectRedis } from '#redis/connection.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { lockdownStore } from '#redis/lockdown-store.ts';
import { EXIT } from './report.ts';

export type World = {
  readonly env: Environment;
  readonly now: () => number;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
};

export type Given = {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
};

export type Command = {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Usage, options, exit codes, an example. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** How many words it takes beside options: from, to. */
  readonly words: readonly [number, number];
  /** Gives the exit code. */
  run(given: Given, world: World): Promise<number>;
};

/** Something about how it was called: a sentence, and no stack. */
export class Misused extends Error {}

/** The value of an option that takes one; nothing where it was not given. */
export function wordOf({ values }: Given, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export type Kept = {
  readonly config: Config;
  readonly lockdowns: ReturnType<typeof lockdownStore>;
  readonly evidence: ReturnType<typeof evidenceStore>;
  readonly cards: ReturnType<typeof cardStore>;
};

/** Reads with the configuration of a worker; the queues are left alone, because opening one writes to it. */
export async function reading(world: World, work: (kept: Kept) => Promise<number>): Promise<number> {
  const loaded = loadConfig({ env: world.env, for: 'worker', now: world.now });
  if ('mistakes' in loaded) {
    world.err(printMistakes(loaded.mistakes));
    return EXIT.config;
  }
  const { config } = loaded;
  let trouble = '';
  const redis = connectRedis(config.secrets.redisUrl, (error) => {
    trouble = error.message;
  });
  try {
    const answer = await redis.ping().catch((error: Error) => error);
    if (answer instanceof Error) {
      world.err(`Redis does not answer, so nothing could be read: ${trouble || answer.message}\n`);
      return EXIT.unchecked;
    }
    return await work({
      config,
      lockdowns: lockdownStore(redis),
      evidence: evidenceStore(redis),
      cards: cardStore(redis),
    });
  } finally {
    redis.disconnect();
  }
}
