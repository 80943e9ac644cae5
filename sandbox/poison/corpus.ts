/** Every attack that is tried. */
import { EXFILTRATION } from './scenarios/exfiltration.ts';
import { INSIDE } from './scenarios/inside.ts';
import { NAMES } from './scenarios/names.ts';
import type { Scenario } from './scenarios/scenario.ts';

export const CORPUS: readonly Scenario[] = [...EXFILTRATION, ...NAMES, ...INSIDE];
