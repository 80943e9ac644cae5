/** Which query parameters there are, and what they mean. */
import { badRequest, Refusal } from './errors.ts';
import { type Filter, parseFilter } from './filter.ts';
import { dateMs, durationMs } from './go-time.ts';

/** Parameters an operation declares on top of those every operation has. */
export type Declared = 'q' | 'archived' | 'window' | 'mode' | 'force' | 'quiet' | 'tag';

export interface Query {
  filter?: Filter;
  recursive: boolean;
  propagated: boolean;
  override: boolean;
  archived: boolean;
  order: string[];
  page: number;
  pagesize: number;
  limit: number;
  after: string;
  mode: 'subject' | 'object';
  force: boolean;
  quiet: boolean;
  window?: { fromMs: number; untilMs: number };
}

const common = ['recursive', 'propagated', 'override', 'order', 'page', 'pagesize', 'pageSize', 'limit', 'after'];
const windowNames = ['startRelative', 'endRelative', 'startAbsolute', 'endAbsolute', 'flowOffset'];
const repeatable = ['q', 'order'];

export function parseQuery(search: URLSearchParams, declared: readonly Declared[], nowMs: number): Query {
  const known = [...common, ...declared.flatMap((name) => (name === 'window' ? windowNames : [name]))];
  for (const name of new Set(search.keys())) {
    if (!known.includes(name)) throw badRequest(`Unknown parameter: \`${name}\``);
    if (!repeatable.includes(name) && search.getAll(name).length > 1)
      throw badRequest(`Parameter \`${name}\` must be sent only once`);
  }
  const limit = whole(search, 'limit');
  const pagesize = whole(search, 'pagesize') || whole(search, 'pageSize');
  const page = whole(search, 'page');
  const after = search.get('after') ?? '';
  const order = search.getAll('order');
  if (order.includes('')) throw badRequest('Parameter `order` must not be empty');
  if (limit > 0 && pagesize > 0) throw badRequest('Parameters `limit` and `pagesize` exclude one another');
  if (after !== '' && page > 0) throw badRequest('Parameters `after` and `page` exclude one another');
  if (after !== '' && order.length > 1) throw badRequest('Parameter `after` allows one `order` at most');
  const filter = filterOf(search.getAll('q'), nowMs);
  return {
    ...(filter ? { filter } : {}),
    ...(declared.includes('window') ? { window: windowOf(search, nowMs) } : {}),
    // Anything that is not empty switches these on: `false` as well.
    recursive: Boolean(search.get('recursive')),
    propagated: Boolean(search.get('propagated')),
    override: Boolean(search.get('override')),
    archived: flag(search, 'archived'),
    force: flag(search, 'force'),
    quiet: flag(search, 'quiet'),
    mode: modeOf(search),
    order,
    page,
    pagesize,
    limit,
    after,
  };
}

function filterOf(texts: readonly string[], nowMs: number): Filter | undefined {
  const filters = texts.map((text) => parseFilter(text, nowMs));
  return filters.length > 0 ? (object) => filters.some((filter) => filter(object)) : undefined;
}

function whole(search: URLSearchParams, name: string): number {
  const text = search.get(name) ?? '0';
  if (!/^\d+$/.test(text)) throw badRequest(`Parameter \`${name}\` must be a number`);
  return Number(text);
}

function flag(search: URLSearchParams, name: string): boolean {
  const text = (search.get(name) ?? '').toLowerCase();
  if (['true', 'yes', '1'].includes(text)) return true;
  if (['false', 'no', '0', ''].includes(text)) return false;
  throw badRequest(`Parameter \`${name}\` must be a boolean`);
}

function modeOf(search: URLSearchParams): 'subject' | 'object' {
  const mode = search.get('mode') ?? 'object';
  if (mode !== 'subject' && mode !== 'object') throw badRequest('Parameter `mode` must be one of subject, object');
  return mode;
}

/** A beginning alone must be relative, and an absolute one needs an end. The sign of a relative time does not matter. */
function windowOf(search: URLSearchParams, nowMs: number): { fromMs: number; untilMs: number } {
  const [startRelative, endRelative] = [relative(search, 'startRelative'), relative(search, 'endRelative')];
  const [startAbsolute, endAbsolute] = [absolute(search, 'startAbsolute'), absolute(search, 'endAbsolute')];
  const isMissing =
    (startRelative !== undefined && startAbsolute !== undefined) ||
    (endRelative !== undefined && endAbsolute !== undefined) ||
    (startAbsolute !== undefined && endRelative === undefined && endAbsolute === undefined) ||
    (startRelative === undefined && startAbsolute === undefined && endRelative === undefined);
  if (isMissing)
    throw new Refusal([
      { code: 400, title: 'Bad Request', description: 'Some required parameters are missing.', subject: 'elemental' },
    ]);
  return {
    fromMs: startAbsolute ?? (startRelative === undefined ? 0 : nowMs - startRelative),
    untilMs: endAbsolute ?? (endRelative === undefined ? nowMs : nowMs - endRelative),
  };
}

function relative(search: URLSearchParams, name: string): number | undefined {
  const text = search.get(name);
  if (text === null) return undefined;
  const value = durationMs(text);
  if (value === undefined) throw badRequest(`Parameter \`${name}\` must be a valid duration`);
  return Math.abs(value);
}

function absolute(search: URLSearchParams, name: string): number | undefined {
  const text = search.get(name);
  if (text === null) return undefined;
  const value = dateMs(text);
  if (value === undefined) throw badRequest(`Parameter \`${name}\` must be a valid date`);
  return value;
}
