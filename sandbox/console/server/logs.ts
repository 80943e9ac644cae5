/** What can be read back: flow and DNS reports in a window of time, who wrote what, how the console feels. */
import { z } from 'zod';
import type { Answer, Ask, Hall } from './ask.ts';
import { unprocessable } from './errors.ts';
import { page, scoped } from './listing.ts';
import { decode } from './shapes.ts';

const kinds = {
  Flows: 'flowReports',
  DNSLookups: 'DNSLookupReports',
  ConnectionExceptions: 'connectionExceptionReports',
  Enforcers: 'enforcerReports',
  EventLogs: 'eventLogs',
  Packets: 'packetReports',
  Counters: 'counterReports',
  Accesses: 'accessReports',
};

const Kind = z.enum(Object.keys(kinds) as (keyof typeof kinds)[]);

/** The window holds its beginning and not its end, so windows can be laid one after the other. */
export function reportsQuery(hall: Hall, ask: Ask): Answer {
  const { report } = decode(z.object({ report: z.string().default('Flows') }), ask.body);
  const kind = Kind.safeParse(report);
  if (!kind.success) {
    const description = `Data '${report}' of attribute 'report' is not in list '[${Object.keys(kinds).join(' ')}]'`;
    throw unprocessable('Validation Error', description, 'report');
  }
  const { fromMs, untilMs } = ask.query.window ?? { fromMs: 0, untilMs: ask.nowMs };
  const wanted = {
    from: isoTime(fromMs),
    until: isoTime(untilMs),
    of: (namespace: string) => scoped([{ ID: '', namespace }], ask.namespace, ask.query).length > 0,
  };
  const { flows, lookups } = hall.reports;
  const inWindow = kind.data === 'Flows' ? flows(wanted) : kind.data === 'DNSLookups' ? lookups(wanted) : [];
  const found = inWindow.filter(ask.query.filter ?? (() => true));
  return { body: { report: kind.data, [kinds[kind.data]]: found }, total: 1 };
}

export function activities(hall: Hall, ask: Ask): Answer {
  const all = hall.store.writes.map((write, index) => ({
    ID: index.toString(16).padStart(24, '0'),
    date: write.at,
    operation: write.operation,
    targetIdentity: write.identity,
    claims: write.claims,
    source: 'REST',
    message: `${write.operation} ${write.identity} ${write.object.name}`,
    diff: write.before ? JSON.stringify({ before: write.before, after: write.object }) : '',
    namespace: write.namespace,
  }));
  const { objects, total, next } = page(scoped(all, ask.namespace, ask.query), ask.query);
  return { body: objects, total, ...(next ? { next } : {}) };
}

export function healthChecks(_hall: Hall, ask: Ask): Answer {
  if (ask.query.quiet) return { status: 200 };
  return {
    body: [{ name: 'console', type: 'General', status: 'Operational', responseTime: '1ms', alerts: [] }],
    total: 1,
  };
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
