/** Takes the blocks an app sends, as Slack would: refuses them with the path of what is wrong, or completes them. */
import type { z } from 'zod';
import type { Block } from '../types.ts';
import { anyBlock, type Surface, surfacesOf } from './schema.ts';

export type CheckedBlocks = { blocks: Block[] } | { wrong: string[] };

export type CheckOptions = {
  surface: Surface;
  /** Where the blocks stand in the request, as a JSON pointer: `/blocks` or `/view/blocks`. */
  at: string;
  unsupported: readonly string[];
  newId: () => string;
};

const blocksMax: Record<Surface, number> = { message: 50, modal: 100, home: 100 };

export function checkBlocks(given: unknown, options: CheckOptions): CheckedBlocks {
  const { surface, at } = options;
  if (!Array.isArray(given)) return { wrong: [problem('must be an array', at)] };
  const most = blocksMax[surface];
  if (given.length > most) return { wrong: [problem(`no more than ${most} items allowed`, at)] };

  const wrong = given.flatMap((block: unknown, index) => problemsOf(block, `${at}/${index}`, options));
  if (wrong.length > 0) return { wrong };

  const blocks = given.map((block: Record<string, unknown>) => completed(block, options.newId));
  const together = [...duplicateIds(blocks, at), ...tooMuchTogether(blocks, at)];
  return together.length > 0 ? { wrong: together } : { blocks };
}

/** Slack's wording for what a schema found, with the path as a JSON pointer. */
export function problemsFrom(error: z.ZodError, at: string): string[] {
  return error.issues.map((issue) => {
    const path = issue.path.map(String);
    const here = [at, ...path].join('/');
    switch (issue.code) {
      case 'too_big':
        return problem(
          issue.origin === 'string'
            ? `must be less than ${Number(issue.maximum) + 1} characters`
            : issue.origin === 'array'
              ? `no more than ${issue.maximum} items allowed`
              : `must be at most ${issue.maximum}`,
          here,
        );
      case 'too_small':
        return problem(
          issue.origin === 'string'
            ? `must be more than ${Number(issue.minimum) - 1} characters`
            : issue.origin === 'array'
              ? `no less than ${issue.minimum} items allowed`
              : `must be at least ${issue.minimum}`,
          here,
        );
      case 'invalid_type':
        return issue.input === undefined
          ? problem(`missing required field: ${path.at(-1) ?? ''}`, [at, ...path.slice(0, -1)].join('/'))
          : problem(`must provide a ${issue.expected}`, here);
      case 'unrecognized_keys':
        return problem(`invalid additional property: ${issue.keys.join(', ')}`, here);
      case 'invalid_union':
        return problem(
          issue.discriminator ? 'unsupported or missing type' : 'failed to match all allowed schemas',
          here,
        );
      case 'invalid_value':
        return problem(`must be one of: ${issue.values.map(String).join(', ')}`, here);
      default:
        return problem(issue.message, here);
    }
  });
}

export function problem(what: string, at: string): string {
  return `[ERROR] ${what} [json-pointer:${at}]`;
}

function problemsOf(block: unknown, at: string, options: CheckOptions): string[] {
  const type = typeof block === 'object' && block !== null && 'type' in block ? block.type : undefined;
  if (typeof type !== 'string') return [problem('missing required field: type', at)];
  const surfaces = options.unsupported.includes(type) ? undefined : surfacesOf[type];
  if (!surfaces) return [problem(`unsupported type: ${type}`, `${at}/type`)];
  if (!surfaces.includes(options.surface)) {
    return [problem(`unsupported type: ${type} is not available in a ${options.surface}`, `${at}/type`)];
  }
  const checked = anyBlock.safeParse(block, { reportInput: true });
  return checked.success ? [] : problemsFrom(checked.error, at);
}

/** Slack's own copy of a block: ids where the app gave none, and the defaults of each text spelt out. */
function completed(block: Record<string, unknown>, newId: () => string): Block {
  const copy = withDefaults(block, newId) as Record<string, unknown>;
  const blockId = typeof copy.block_id === 'string' && copy.block_id !== '' ? copy.block_id : newId();
  return { ...copy, type: String(copy.type), block_id: blockId };
}

const withoutActionId = new Set(['image', 'plain_text', 'mrkdwn']);

function withDefaults(value: unknown, newId: () => string, inElements = false): unknown {
  if (Array.isArray(value)) return value.map((one) => withDefaults(one, newId, inElements));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    const holdsElements = key === 'accessory' || key === 'element' || key === 'elements' || key === 'actions';
    return [key, withDefaults(inner, newId, holdsElements && !isRichText(value))];
  });
  const copy: Record<string, unknown> = Object.fromEntries(entries);
  if (copy.type === 'plain_text') return { emoji: true, ...copy };
  if (copy.type === 'mrkdwn') return { verbatim: false, ...copy };
  const isElement = inElements && typeof copy.type === 'string' && !withoutActionId.has(copy.type);
  if (isElement && copy.type !== 'card' && !copy.action_id) return { ...copy, action_id: newId() };
  return copy;
}

function isRichText(value: object): boolean {
  return 'type' in value && String(value.type).startsWith('rich_text') && value.type !== 'rich_text_input';
}

function duplicateIds(blocks: readonly Block[], at: string): string[] {
  const seen = new Set<string>();
  return blocks.flatMap((block, index) => {
    const here = `${at}/${index}`;
    const twice = seen.has(block.block_id)
      ? [problem(`\`block_id\` "${block.block_id}" already exists`, `${here}/block_id`)]
      : [];
    seen.add(block.block_id);
    const ids = Array.isArray(block.elements) ? block.elements.map((element) => element.action_id) : [];
    const repeated = ids.flatMap((id, position) =>
      id !== undefined && ids.indexOf(id) < position
        ? [problem(`\`action_id\` "${id}" already exists`, `${here}/elements/${position}/action_id`)]
        : [],
    );
    return [...twice, ...repeated];
  });
}

/** How much text the blocks hold together, outside tables, which have a limit of their own. */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return sum(value.map(textLength));
  if (typeof value !== 'object' || value === null) return 0;
  if ('type' in value && (value.type === 'table' || value.type === 'data_table')) return 0;
  return sum(
    Object.entries(value).map(([name, inner]) =>
      name === 'text' && typeof inner === 'string' ? inner.length : textLength(inner),
    ),
  );
}

/** What Slack counts over the whole message: markdown, table text, charts. */
function tooMuchTogether(blocks: readonly Block[], at: string): string[] {
  const markdown = blocks.filter((block) => block.type === 'markdown').map((block) => String(block.text).length);
  const tables = blocks.filter((block) => block.type === 'table').map((block) => cellText(block.rows).length);
  const charts = blocks.filter((block) => block.type === 'data_visualization').length;
  return [
    ...(sum(markdown) > 12_000 ? [problem('markdown blocks exceed 12000 characters together', at)] : []),
    ...(sum(tables) > 10_000 ? [problem('table blocks exceed 10000 characters together', at)] : []),
    ...(charts > 2 ? [problem('no more than 2 data_visualization blocks allowed', at)] : []),
  ];
}

function cellText(value: unknown): string {
  if (Array.isArray(value)) return value.map(cellText).join('');
  if (typeof value !== 'object' || value === null) return '';
  const own = 'text' in value && typeof value.text === 'string' ? value.text : '';
  return own + ('elements' in value ? cellText(value.elements) : '');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
