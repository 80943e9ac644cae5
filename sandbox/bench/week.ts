/** A week of flow reports as pages of a console's answer: few edges are most of the traffic. */
import type { UnitToWorkload } from '#core/fold.ts';
import { type NameTable, nameTable } from '#core/names.ts';
import { byRank } from './zipf.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 16);
const NAMESPACE = '/acme/aws-dev/k8s/hipster-shop';
const UNITS = 400;
const EDGES = 2_000;
const PAGES = 7 * 24;

export type Week = {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** An hour each. The buffer is used again for the next page. */
  pages(): Generator<Buffer>;
  names(): NameTable;
  readonly unitToWorkload: UnitToWorkload;
};

/** `console`: keys in alphabetical order, as the vendor's console writes them; `sandbox`: id, time and count first. */
export function weekOf(reports: number, order: 'console' | 'sandbox'): Week {
  const bodies = Array.from({ length: EDGES }, (_, rank) => Buffer.from(bodyOf(rank)));
  const perPage = Math.ceil(reports / PAGES);
  const room = Buffer.allocUnsafeSlow(100 + perPage * (100 + Math.max(...bodies.map((body) => body.length))));
  return {
    path: NAMESPACE,
    from: START,
    to: START + PAGES * HOUR,
    *pages() {
      const nextRank = byRank(EDGES, 'a week');
      for (let page = 0; page < PAGES; page++) {
        const [id, ends] = [idAt(), endsAt(START + page * HOUR)];
        const [head, tail] =
          order === 'sandbox'
            ? [[id.bytes, COMMA, ends.bytes, COMMA], []]
            : [
                [id.bytes, COMMA],
                [COMMA, ends.bytes],
              ];
        const count = Math.min(perPage, reports - page * perPage);
        let at = room.write('{"report":"Flows","flowReports":[');
        const write = (bytes: Buffer) => {
          at += bytes.copy(room, at);
        };
        for (let nth = 0; nth < count; nth++) {
          const serial = page * perPage + nth;
          id.become(serial);
          ends.become(Math.floor((nth * HOUR) / count), 1 + (serial % 7));
          write(nth > 0 ? NEXT : OPEN);
          for (const bytes of head) write(bytes);
          write(bodies[nextRank()] as Buffer);
          for (const bytes of tail) write(bytes);
          write(CLOSE);
        }
        at += room.write(']}', at);
        yield room.subarray(0, at);
      }
    },
    names,
    unitToWorkload: (id) => ({
      key: JSON.stringify([NAMESPACE, `app=service-${Number.parseInt(id.slice(-3), 16) >> 3}`]),
      namespace: NAMESPACE,
    }),
  };
}

const [OPEN, NEXT, COMMA, CLOSE] = [Buffer.from('{'), Buffer.from(',{'), Buffer.from(','), Buffer.from('}')];

/** Digits are written over those of the report before: what measures memory should take little itself. */
function idAt() {
  const bytes = Buffer.from('"ID":"62728c19ed189b0000000000"');
  return {
    bytes,
    become(serial: number) {
      const mixed = Math.imul(serial, 2_654_435_761);
      for (let digit = 0; digit < 8; digit++)
        bytes[bytes.length - 2 - digit] = '0123456789abcdef'.charCodeAt((mixed >>> (4 * digit)) & 15);
    },
  };
}

function endsAt(hourStarts: number) {
  const bytes = Buffer.from(`"timestamp":"${new Date(hourStarts).toISOString()}","value":1`);
  const minutes = bytes.indexOf(':00:') + 1;
  const digits = (at: number, value: number, count: number) => {
    for (let digit = count - 1, rest = value; digit >= 0; digit--, rest = Math.floor(rest / 10))
      bytes[at + digit] = 0x30 + (rest % 10);
  };
  return {
    bytes,
    become(ms: number, value: number) {
      digits(minutes, Math.floor(ms / 60_000), 2);
      digits(minutes + 3, Math.floor(ms / 1_000) % 60, 2);
      digits(minutes + 6, ms % 1_000, 3);
      digits(bytes.length - 1, value, 1);
    },
  };
}

/** All but the three fields that differ from report to report. Of ten edges six stay inside, three go out, one comes in. */
function bodyOf(rank: number): string {
  const unit = (nth: number) => ({ type: 'ProcessingUnit', id: unitId(nth), ip: `10.128.${nth % 8}.${nth >> 3}` });
  const outside = { type: 'ExternalNetwork', id: 'default', ip: addressOf(rank) };
  const source = rank % 10 === 9 ? outside : unit((rank * 7) % UNITS);
  const destination = rank % 10 < 6 || rank % 10 === 9 ? unit((rank * 11 + 3) % UNITS) : outside;
  return JSON.stringify({
    action: 'Accept',
    destinationID: destination.id,
    destinationIP: destination.ip,
    destinationPort: [443, 8080, 7070, 53, 6379][rank % 5],
    destinationType: destination.type,
    encrypted: false,
    enforcerID: `624c7212c7876300012bf${(rank % 16).toString(16).padStart(3, '0')}`,
    namespace: NAMESPACE,
    observedAction: 'NotApplicable',
    policyID: 'default',
    policyNamespace: NAMESPACE,
    protocol: rank % 5 === 3 ? 17 : 6,
    ...(rank % 10 < 6 ? { remoteNamespace: NAMESPACE, remotePolicyID: 'default' } : {}),
    serviceType: 'L3',
    sourceID: source.id,
    sourceIP: source.ip,
    sourceType: source.type,
  }).slice(1, -1);
}

function unitId(nth: number): string {
  return `624c7217c7876300012bf${nth.toString(16).padStart(3, '0')}`;
}

function addressOf(rank: number): string {
  return `142.250.${rank >> 8}.${rank & 255}`;
}

/** Every unit looks its addresses up again every few hours; a third of them are found under two names in turn. */
function names(): NameTable {
  const table = nameTable();
  for (let rank = 0; rank < EDGES; rank++) {
    if (rank % 10 < 6 || rank % 10 === 9) continue;
    const lookup = { processingUnitId: unitId((rank * 7) % UNITS), ips: [addressOf(rank)], cnames: [] };
    for (let at = START; at < START + PAGES * HOUR; at += HOUR * (1 + (rank % 5)))
      table.learn({
        ...lookup,
        at,
        name: `${rank % 3 === 0 && at % (6 * HOUR) === 0 ? 'www' : 'api'}.service-${rank % 77}.example.com`,
      });
  }
  return table;
}
