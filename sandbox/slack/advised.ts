/** What somebody fills into a modal who takes every answer that is chosen already or advised, and ticks everything there is to tick. */
import type { PickedValues } from './gestures/state.ts';

type Option = { readonly value: string };
type Input = {
  readonly block_id?: string;
  readonly hint?: { readonly text?: string };
  readonly element?: {
    readonly type?: string;
    readonly action_id?: string;
    readonly initial_option?: Option;
    readonly options?: readonly Option[];
  };
};

export function advised({ blocks }: Readonly<Record<string, unknown>>): PickedValues {
  const values: PickedValues = {};
  for (const { block_id, element, hint } of (blocks ?? []) as Input[]) {
    const { type, action_id, initial_option, options = [] } = element ?? {};
    const picked =
      type === 'checkboxes'
        ? options.map(({ value }) => value)
        : (initial_option?.value ?? toAllow(hint?.text, options));
    if (block_id && action_id && picked !== undefined) values[block_id] = { [action_id]: picked };
  }
  return values;
}

/** To allow is never chosen beforehand, so whoever follows the advice has to choose it. */
function toAllow(hint: string | undefined, options: readonly Option[]): string | undefined {
  return hint?.includes('We advise to allow it') ? options.find(({ value }) => value === 'allow')?.value : undefined;
}
