/** What somebody fills into a modal who takes every answer that is already chosen, and ticks everything there is to tick. */
import type { PickedValues } from './gestures/state.ts';

type Option = { readonly value: string };
type Input = {
  readonly block_id?: string;
  readonly element?: {
    readonly type?: string;
    readonly action_id?: string;
    readonly initial_option?: Option;
    readonly options?: readonly Option[];
  };
};

export function advised({ blocks }: Readonly<Record<string, unknown>>): PickedValues {
  const values: PickedValues = {};
  for (const { block_id, element } of (blocks ?? []) as Input[]) {
    const { type, action_id, initial_option, options = [] } = element ?? {};
    const picked = type === 'checkboxes' ? options.map(({ value }) => value) : initial_option?.value;
    if (block_id && action_id && picked !== undefined) values[block_id] = { [action_id]: picked };
  }
  return values;
}
