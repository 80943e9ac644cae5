/** One request as the handlers see it, and one answer. */
import type { Policy } from '#sandbox/console/objects.ts';
import type { Store } from '#sandbox/console/store.ts';
import type { Reports } from '#sandbox/console/traffic/reports.ts';
import type { NewId } from '#sandbox/console/world/ids.ts';
import type { Query } from './query-parameters.ts';
import type { Session } from './tokens.ts';

export interface Ask {
  namespace: string;
  id: string;
  query: Query;
  body: unknown;
  session: Session;
  nowMs: number;
}

export interface Answer {
  body?: unknown;
  status?: number;
  total?: number;
  next?: string;
  messages?: string[];
}

/** What the handlers work with. */
export interface Hall {
  store: Store;
  reports: Reports;
  newId: NewId;
  /** The policy the enforcers have by now. */
  inForce: () => Policy;
  conflicts: boolean;
}
