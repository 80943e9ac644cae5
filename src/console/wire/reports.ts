/** The JSON of asking for flow and DNS reports, and of what one of them says. */
import { z } from 'zod';
import { type DnsLookup, type Endpoint, type FlowKind, foldName } from '#core/flow.ts';
import { firstProblem, id, jsonOf, listOf, parse, strings, text, time } from './fields.ts';
import { FlowMemo } from './flow-memo.ts';
import { type ReportIds, wordsOf } from './report-ids.ts';

/** One entry a report in each, three words in `ids`. `whats`: all there is to it but when and how often. */
export type Columns<What> = {
  readonly ids: ReportIds;
  readonly ats: Float64Array;
  readonly values: Float64Array;
  readonly whats: readonly What[];
};

export type ReportsAnswer<What> = Columns<What> & {
  /** How many elements the answer had, readable or not. */
  readonly size: number;
  readonly unreadable: number;
  readonly unreadableBecause?: string;
};

export type ReportKind<What> = {
  readonly body: unknown;
  readonly read: (bytes: Buffer, where: string, namespace: string) => ReportsAnswer<What>;
};

const endpointType = z.enum(['ProcessingUnit', 'ExternalNetwork', 'Claims']);

/** Every attribute is left out where it is empty (console-api.md 3.6); a report counts at least one flow. */
const FlowReport = z.object({
  ID: text,
  timestamp: time,
  value: z.int().positive().default(1),
  namespace: text,
  action: z.enum(['Accept', 'Reject']),
  policyID: id,
  ruleName: text,
  remotePolicyID: text,
  remoteNamespace: text,
  dropReason: text,
  observedAction: z.string().optional(),
  observedPolicyID: text,
  sourceType: endpointType,
  sourceID: id,
  sourceIP: text,
  destinationType: endpointType,
  destinationID: id,
  destinationIP: text,
  destinationPort: z.int().min(0).max(65_535).optional(),
  destinationFQDN: text,
  protocol: z.int().min(0).max(255),
});

const DnsLookupReport = z.object({
  ID: text,
  timestamp: time,
  action: z.enum(['Accept', 'Fail', 'Reject', 'Resolve']),
  resolvedName: z.string().min(1),
  resolvedIPs: strings,
  resolvedCNAMEs: strings,
  processingUnitID: id,
});

/** One reader for many answers: it remembers what it has understood. */
export function flowReports(): ReportKind<FlowKind> {
  const memo = new FlowMemo((report) => {
    const { data } = FlowReport.safeParse(report);
    // Whose answer it came in may not be remembered.
    return data && data.namespace !== '' ? flowKindOf(data, '') : undefined;
  });
  return {
    body: { report: 'Flows' },
    read: (bytes, where, namespace) => {
      const reading = new Reading(FlowReport, (report) => flowKindOf(report, namespace));
      if (memo.scan(bytes, reading)) return reading.answer();
      const { flowReports } = parse(z.object({ flowReports: listOf(z.unknown()) }), jsonOf(bytes, where), where);
      return readEach(new Reading(FlowReport, (report) => flowKindOf(report, namespace)), flowReports);
    },
  };
}

export const DNS_LOOKUPS: ReportKind<DnsLookup> = {
  body: { report: 'DNSLookups' },
  read: (bytes, where) => {
    const { DNSLookupReports } = parse(
      z.object({ DNSLookupReports: listOf(z.unknown()) }),
      jsonOf(bytes, where),
      where,
    );
    return readEach(new Reading(DnsLookupReport, lookupOf), DNSLookupReports);
  },
};

function readEach<Report extends Said, What>(reading: Reading<Report, What>, elements: readonly unknown[]) {
  for (const element of elements) reading.plain(element);
  return reading.answer();
}

type Said = { readonly ID: string; readonly timestamp: number; readonly value?: number };

/** Reports for which there is room at first; an hour of a busy namespace has a few thousand. */
const ROOM = 1_024;

/**
 * Collects what one answer says, report by report. Columns are typed arrays because theirs is memory that a short collection
 * gives back: as plain arrays they were promoted with every page, 30 MB in a week.
 */
class Reading<Report extends Said, What> {
  private readonly schema: z.ZodType<Report>;
  private readonly of: (report: Report) => What;
  private ids = new Int32Array(3 * ROOM);
  private ats = new Float64Array(ROOM);
  private values = new Float64Array(ROOM);
  private readonly whats: What[] = [];
  private unreadable = 0;
  private because: string | undefined;

  constructor(schema: z.ZodType<Report>, of: (report: Report) => What) {
    this.schema = schema;
    this.of = of;
  }

  known(id: ArrayLike<number>, at: number, value: number, what: What): void {
    const nth = this.whats.length;
    if (nth === this.ats.length) this.grow();
    this.ids[3 * nth] = id[0] as number;
    this.ids[3 * nth + 1] = id[1] as number;
    this.ids[3 * nth + 2] = id[2] as number;
    this.ats[nth] = at;
    this.values[nth] = value;
    this.whats.push(what);
  }

  plain(element: unknown): void {
    const { success, data, error } = this.schema.safeParse(element);
    // Without an id, only a report that is the same in everything is the same report.
    if (success)
      this.known(wordsOf(data.ID || JSON.stringify(element)), data.timestamp, data.value ?? 1, this.of(data));
    else {
      this.unreadable += 1;
      this.because ??= firstProblem(error).join(': ');
    }
  }

  answer(): ReportsAnswer<What> {
    const { whats, unreadable, because } = this;
    return {
      size: whats.length + unreadable,
      ids: this.ids.subarray(0, 3 * whats.length),
      ats: this.ats.subarray(0, whats.length),
      values: this.values.subarray(0, whats.length),
      whats,
      unreadable,
      ...(because === undefined ? {} : { unreadableBecause: because }),
    };
  }

  private grow(): void {
    this.ids = enlarged(this.ids, new Int32Array(2 * this.ids.length));
    this.ats = enlarged(this.ats, new Float64Array(2 * this.ats.length));
    this.values = enlarged(this.values, new Float64Array(2 * this.values.length));
  }
}

function enlarged<Column extends Int32Array | Float64Array>(column: Column, larger: Column): Column {
  larger.set(column);
  return larger;
}

function flowKindOf(report: z.output<typeof FlowReport>, namespace: string): FlowKind {
  return {
    namespace: report.namespace || namespace,
    action: report.action,
    policyId: report.policyID,
    ...(report.ruleName === '' ? {} : { ruleName: report.ruleName }),
    ...(report.remotePolicyID === '' ? {} : { remotePolicyId: report.remotePolicyID }),
    ...(report.remoteNamespace === '' ? {} : { remoteNamespace: report.remoteNamespace }),
    ...(report.dropReason === '' ? {} : { dropReason: report.dropReason }),
    ...observedIn(report),
    source: endpointOf(report.sourceType, report.sourceID, report.sourceIP),
    destination: endpointOf(report.destinationType, report.destinationID, report.destinationIP),
    protocol: report.protocol,
    ...(report.destinationPort === undefined ? {} : { port: report.destinationPort }),
    ...(report.destinationFQDN === '' ? {} : { destinationName: foldName(report.destinationFQDN) }),
  };
}

/** `NotApplicable` where no rule is observed. */
function observedIn({
  observedAction: action,
  observedPolicyID,
}: z.output<typeof FlowReport>): Pick<FlowKind, 'observed'> {
  if (observedPolicyID === '' || (action !== 'Accept' && action !== 'Reject')) return {};
  return { observed: { action, policyId: observedPolicyID } };
}

function endpointOf(type: Endpoint['type'], endpointId: string, ip: string): Endpoint {
  return { type, id: endpointId, ...(ip === '' ? {} : { ip }) };
}

/** A lookup that failed or was refused found no address, whatever else it says (console-api.md A20). */
function lookupOf(report: z.output<typeof DnsLookupReport>): DnsLookup {
  const found = report.action === 'Resolve' || report.action === 'Accept';
  return {
    at: report.timestamp,
    processingUnitId: report.processingUnitID,
    name: foldName(report.resolvedName),
    ips: found ? report.resolvedIPs : [],
    cnames: report.resolvedCNAMEs.map(foldName),
  };
}
