/** The JSON of asking for flow and DNS reports, and of what one of them says. */
import { z } from 'zod';
import { type DnsLookup, type Endpoint, type Flow, foldName } from '#core/flow.ts';
import { firstProblem, id, listOf, parse, strings, text, time } from './fields.ts';

/** A report of either kind, under the console's id for it. */
type Reported<Report> = { readonly id: string; readonly report: Report };

export type ReportsAnswer<Report> = {
  /** How many elements the answer had, readable or not. */
  readonly size: number;
  readonly reports: readonly Reported<Report>[];
  readonly unreadable: number;
  readonly unreadableBecause?: string;
};

export type ReportKind<Report> = {
  readonly body: unknown;
  readonly read: (value: unknown, where: string, namespace: string) => ReportsAnswer<Report>;
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

export const FLOWS: ReportKind<Flow> = {
  body: { report: 'Flows' },
  read: (value, where, namespace) => {
    const { flowReports } = parse(z.object({ flowReports: listOf(z.unknown()) }), value, where);
    return readEach(FlowReport, flowReports, (report) => flowOf(report, namespace));
  },
};

export const DNS_LOOKUPS: ReportKind<DnsLookup> = {
  body: { report: 'DNSLookups' },
  read: (value, where) => {
    const { DNSLookupReports } = parse(z.object({ DNSLookupReports: listOf(z.unknown()) }), value, where);
    return readEach(DnsLookupReport, DNSLookupReports, lookupOf);
  },
};

function readEach<Read extends { readonly ID: string }, Report>(
  schema: z.ZodType<Read>,
  elements: readonly unknown[],
  of: (read: Read) => Report,
): ReportsAnswer<Report> {
  const reports: Reported<Report>[] = [];
  let because: string | undefined;
  for (const element of elements) {
    const result = schema.safeParse(element);
    // Without an id, only a report that is the same in everything is the same report.
    if (result.success) reports.push({ id: result.data.ID || JSON.stringify(element), report: of(result.data) });
    else because ??= firstProblem(result.error).join(': ');
  }
  return {
    size: elements.length,
    reports,
    unreadable: elements.length - reports.length,
    ...(because === undefined ? {} : { unreadableBecause: because }),
  };
}

function flowOf(report: z.output<typeof FlowReport>, namespace: string): Flow {
  return {
    at: report.timestamp,
    value: report.value,
    namespace: report.namespace || namespace,
    action: report.action,
    policyId: report.policyID,
    ...(report.ruleName === '' ? {} : { ruleName: report.ruleName }),
    ...(report.remotePolicyID === '' ? {} : { remotePolicyId: report.remotePolicyID }),
    ...(report.remoteNamespace === '' ? {} : { remoteNamespace: report.remoteNamespace }),
    ...(report.dropReason === '' ? {} : { dropReason: report.dropReason }),
    source: endpointOf(report.sourceType, report.sourceID, report.sourceIP),
    destination: endpointOf(report.destinationType, report.destinationID, report.destinationIP),
    protocol: report.protocol,
    ...(report.destinationPort === undefined ? {} : { port: report.destinationPort }),
    ...(report.destinationFQDN === '' ? {} : { destinationName: foldName(report.destinationFQDN) }),
  };
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
