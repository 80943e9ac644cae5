/** Which processing units the console knows, and what it has rendered for one. */
import type { Client } from './client.ts';
import { nothingWhereForbidden } from './namespaces.ts';
import { type ConsoleUnit, type RenderedPolicy, readRenderedPolicy, readUnits } from './wire/units.ts';

const IDS_PER_QUERY = 40;

/** Of the namespace itself; `archived` adds the ones that are gone, which old reports still name. */
export async function readProcessingUnits(
  client: Client,
  path: string,
  options: { readonly archived?: boolean } = {},
): Promise<ConsoleUnit[]> {
  const units = await collect(client, path, {});
  // Whether `archived` means "also" or "only" is not documented, so both are asked.
  return options.archived ? merge(await collect(client, path, { archived: true }), units) : units;
}

/**
 * Units of any namespace that may be seen: below the credential's own namespace in a few requests, and in the
 * `elsewhere` that the reports named. `missing` are the ids that nobody showed us.
 */
export async function readProcessingUnitsByIds(
  client: Client,
  ids: readonly string[],
  elsewhere: readonly string[] = [],
): Promise<{ readonly units: readonly ConsoleUnit[]; readonly missing: readonly string[] }> {
  const missing = new Set(ids);
  const found: ConsoleUnit[] = [];
  const inScope = (path: string) =>
    client.scope === '/' || path === client.scope || path.startsWith(`${client.scope}/`);
  const places = [client.scope, ...new Set(elsewhere.filter((path) => !inScope(path)))];
  for (const place of places) {
    for (const some of chunks([...missing], IDS_PER_QUERY)) {
      const units = await unitsByIds(client, place, some).catch(nothingWhereForbidden);
      for (const unit of units ?? []) if (missing.delete(unit.id)) found.push(unit);
    }
  }
  return { units: found, missing: [...missing] };
}

export async function renderedFor(
  client: Client,
  unit: Pick<ConsoleUnit, 'id' | 'namespace'>,
): Promise<RenderedPolicy> {
  const { body, where } = await client.call({
    method: 'GET',
    namespace: unit.namespace,
    path: `/processingunits/${encodeURIComponent(unit.id)}/renderedpolicies`,
  });
  return readRenderedPolicy(body, where);
}

async function unitsByIds(client: Client, namespace: string, ids: readonly string[]): Promise<ConsoleUnit[]> {
  const query = { q: `ID in [${ids.map((id) => JSON.stringify(id)).join(', ')}]`, recursive: true };
  const present = await collect(client, namespace, query);
  return merge(await collect(client, namespace, { ...query, archived: true }), present);
}

async function collect(
  client: Client,
  namespace: string,
  query: { readonly q?: string; readonly recursive?: boolean; readonly archived?: boolean },
): Promise<ConsoleUnit[]> {
  const units: ConsoleUnit[] = [];
  for await (const page of client.list({ namespace, path: '/processingunits', query })) units.push(...readUnits(page));
  return units;
}

function merge(first: readonly ConsoleUnit[], second: readonly ConsoleUnit[]): ConsoleUnit[] {
  return [...new Map([...first, ...second].map((unit) => [unit.id, unit])).values()];
}

function chunks(ids: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  );
}
