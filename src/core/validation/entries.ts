/** What the console says of an external network's entries. */
import { type Cidr, contains, parseCidr } from '../addresses.ts';
import { firstOf, gaia, type Objection } from './objection.ts';

/** Anything that looks like a name is taken for one, bare IPv4 addresses too, and not looked at further. */
const NAME = /^(\*\.)?[a-zA-Z0-9_][a-zA-Z0-9_-]{0,62}(\.[a-zA-Z0-9_][a-zA-Z0-9_-]{0,62})*[._]?$/;

type Block = { readonly text: string; readonly excluded: boolean; readonly cidr: Cidr };

export function entries(values: readonly string[]): Objection[] {
  const attribute = 'entries';
  if (values.length === 0) return [gaia(attribute, `Attribute '${attribute}' must not be empty`)];
  const blocks: Block[] = [];
  const seen = new Set<string>();
  for (const text of values) {
    if (NAME.test(text)) continue;
    const excluded = text.startsWith('!');
    const cidr = parseCidr(excluded ? text.slice(1) : text);
    if (!cidr) return [gaia(attribute, `${text} is not a valid CIDR`)];
    const network = `${cidr.family}:${cidr.first}/${cidr.bits}`;
    if (seen.has(network)) return [gaia(attribute, `CIDR subnet parsed from ${text} is duplicated`)];
    seen.add(network);
    blocks.push({ text, excluded, cidr });
  }
  const included = blocks.filter((block) => !block.excluded);
  return firstOf(
    blocks.map(({ text, excluded, cidr }) =>
      excluded && !included.some((block) => contains(block.cidr, cidr))
        ? gaia(attribute, `${text} is not contained in any CIDR`)
        : undefined,
    ),
  );
}
