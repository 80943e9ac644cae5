/** A whole discovery week read from a console over TLS, as collect-flows and a late-coming bot read it. */
import { expect, test } from 'vitest';
import type { ReportPage } from '#console/reports.ts';
import { sandboxConsole } from './sandbox-console.ts';

const SHOP = '/acme/aws-dev/k8s/hipster-shop';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const shop = sandboxConsole({ recorded: true });

async function all<Report>(pages: AsyncIterable<ReportPage<Iterable<Report>>>): Promise<Report[]> {
  const reports: Report[] = [];
  for await (const page of pages) {
    expect(page).toMatchObject({ unreadable: 0 });
    expect(page.truncated).toBeUndefined();
    reports.push(...page.reports);
  }
  return reports;
}

function sorted(reports: readonly unknown[]): string[] {
  return reports.map((report) => JSON.stringify(report)).sort();
}

test('a week is the same whether it is read by the hour, by the day, or in many short jobs', async () => {
  const to = Date.now();
  const from = to - 7 * DAY;
  const daily = await shop.another({ windows: { windowMs: DAY } });
  const cautious = await shop.another({ windows: { windowMs: DAY, suspiciousSize: 500 } });

  const week = await all(shop.api.readFlows(SHOP, from, to));
  const inJobs = [];
  for (let start = from; start < to; start += 5 * HOUR + 1)
    inJobs.push(...(await all(shop.api.readFlows(SHOP, start, Math.min(to, start + 5 * HOUR + 1)))));

  expect(week.length).toBeGreaterThan(1_000);
  expect(sorted(await all(daily.readFlows(SHOP, from, to)))).toEqual(sorted(week));
  expect(sorted(await all(cautious.readFlows(SHOP, from, to)))).toEqual(sorted(week));
  expect(sorted(inJobs)).toEqual(sorted(week));
});

test('every unit of this namespace that a week’s reports name can be read, gone ones too', async () => {
  const to = Date.now();
  const flows = await all(shop.api.readFlows(SHOP, to - 7 * DAY, to));
  const lookups = await all(shop.api.readDnsLookups(SHOP, to - 7 * DAY, to));
  const ids = new Set([
    ...lookups.map(({ processingUnitId }) => processingUnitId),
    ...flows.flatMap(({ source, destination }) =>
      [source, destination].filter(({ type }) => type === 'ProcessingUnit').map(({ id }) => id),
    ),
  ]);

  const present = await shop.api.readProcessingUnits(SHOP);
  const found = await shop.api.readProcessingUnitsByIds([...ids]);

  expect(found.missing).toEqual([]);
  expect(found.units).toHaveLength(ids.size);
  // Pods have restarted in the week: some of those that reported are not there any more.
  expect(found.units.some(({ id }) => !present.some((unit) => unit.id === id))).toBe(true);
  expect(lookups.every(({ name }) => name === name.toLowerCase() && !name.endsWith('.'))).toBe(true);
});
