/** One call of the Web API: its arguments, what it may answer, and how it refuses. */

import type { TriggerStore } from '../delivery/triggers.ts';
import type { Workspace } from '../workspace.ts';

export type Answer = Record<string, unknown>;

/** What Slack answers as `{ ok: false, error }`, with whatever belongs to that error. */
export class ApiRefusal extends Error {
  readonly code: string;
  readonly details: Answer;

  constructor(code: string, details: Answer = {}) {
    super(code);
    this.name = 'ApiRefusal';
    this.code = code;
    this.details = details;
  }
}

export function refuse(code: string, details?: Answer): never {
  throw new ApiRefusal(code, details);
}

export function refuseWith(code: string, messages: readonly string[]): never {
  throw new ApiRefusal(code, { response_metadata: { messages } });
}

/** What methods need beside their arguments. */
export type Surroundings = {
  workspace: Workspace;
  triggers: TriggerStore;
  /** The scopes the bot token was granted; `undefined` grants everything. */
  scopes: ReadonlySet<string> | undefined;
  unsupportedBlocks: readonly string[];
  /** Whether the app has a Home tab. */
  hasHome: boolean;
  baseUrl: string;
  /** Tells the app about a fact, if it subscribed to it. */
  emit: (event: { type: string; [field: string]: unknown }) => void;
  /** A one-time WebSocket URL for Socket Mode. */
  openSocketUrl: () => string;
};

export type Call = Surroundings & { args: Arguments };

export type Method = {
  /** Any one of these scopes is enough. */
  scopes?: readonly string[];
  /** Which token the method takes; the bot's where nothing is said. */
  token?: 'app' | 'none';
  run: (call: Call) => Answer | Promise<Answer>;
};

/** Arguments as form encoding brings them: strings, with JSON inside; or as real JSON. */
export class Arguments {
  readonly given: Readonly<Record<string, unknown>>;

  constructor(given: Readonly<Record<string, unknown>>) {
    this.given = given;
  }

  has(name: string): boolean {
    return this.given[name] !== undefined && this.given[name] !== '';
  }

  text(name: string): string | undefined {
    const value = this.given[name];
    if (value === undefined || value === null || value === '') return undefined;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) {
      refuseWith('invalid_arguments', [`[ERROR] missing required field: ${name} [json-pointer:]`]);
    }
    return value;
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.given[name];
    if (value === undefined || value === '') return otherwise;
    return value === true || value === 'true' || value === '1' || value === 1;
  }

  number(name: string, otherwise: number): number {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const number = Number(value);
    if (!Number.isInteger(number) || number < 0) {
      refuseWith('invalid_arguments', [`[ERROR] must be an integer [json-pointer:/${name}]`]);
    }
    return number;
  }

  /** A nested value, sent as JSON inside a form or as it is inside JSON. */
  json(name: string, malformed: string): unknown {
    const value = this.given[name];
    if (typeof value !== 'string') return value ?? undefined;
    if (value === '') return undefined;
    try {
      return JSON.parse(value);
    } catch {
      refuse(malformed);
    }
  }
}

/** One page of a list, and Slack's opaque mark of where the next begins. */
export function page<Item>(
  items: readonly Item[],
  args: Arguments,
  limits: { usual: number; most: number },
): { items: readonly Item[]; nextCursor: string } {
  const limit = Math.min(Math.max(args.number('limit', limits.usual), 1), limits.most);
  const cursor = args.text('cursor');
  const start = cursor
    ? Number(
        Buffer.from(cursor, 'base64')
          .toString()
          .replace(/^next:/, ''),
      )
    : 0;
  if (!Number.isInteger(start) || start < 0) refuse('invalid_cursor');
  const end = start + limit;
  const nextCursor = end < items.length ? Buffer.from(`next:${end}`).toString('base64') : '';
  return { items: items.slice(start, end), nextCursor };
}
