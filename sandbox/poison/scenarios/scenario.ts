/** What one attack of the corpus is: whom it uses, what it plants, what must come of it. */
import type { DraftSettings } from '#core/draft.ts';
import type { Evidence } from '#core/evidence.ts';
import type { Chance } from '#sandbox/console/world/chance.ts';
import type { Planted } from '../planting.ts';
import type { Victims } from '../victims.ts';
import type { Week } from '../week.ts';

export type Ground = {
  readonly week: Week;
  readonly evidence: Evidence;
  readonly victims: Victims;
  readonly chance: Chance;
};

export type Scenario = {
  /** As in the threat page. */
  readonly case: string;
  readonly title: string;
  /** Of the first three, nothing may get into a draft without a named person. Of the others, something must be said. */
  readonly kind: 'exfiltration' | 'dns' | 'metadata' | 'inwards' | 'other';
  readonly settings?: Partial<DraftSettings>;
  /** Words that a remark of some draft must hold, where not an edge but a fact is planted. */
  readonly said?: RegExp;
  /** What is planted may be sound: a named person may allow it at the end, as long as no stage does by itself. */
  readonly atTheEnd?: 'may be allowed';
  /** Undefined where the application has nobody to use for it. */
  readonly plant: (ground: Ground) => Planted | undefined;
};
