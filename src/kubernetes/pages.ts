/** Lists that come in pages, read whole. */
import { failureOf } from './errors.ts';

type Page<Item> = { readonly items: Item[]; readonly metadata?: { readonly _continue?: string } };

/** `what` is what a failure says could not be read. */
export async function readPages<Item>(
  read: (page: { readonly _continue?: string }) => Promise<Page<Item>>,
  what: string,
): Promise<Item[]> {
  try {
    const items: Item[] = [];
    for (let next: string | undefined; ; ) {
      const page = await read(next === undefined ? {} : { _continue: next });
      items.push(...page.items);
      next = page.metadata?._continue;
      if (!next) return items;
    }
  } catch (error) {
    throw failureOf(error, what);
  }
}
