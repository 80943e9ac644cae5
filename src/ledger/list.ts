/** `ledger list`: which lockdowns there is a ledger of. */
import { type Command, reading } from './command.ts';
import { EXIT } from './report.ts';

const MOST_ENDED = 1000;

export const list: Command = {
  summary: 'which lockdowns are kept',
  help: `usage: lockstep ledger list [--json]

Lists the open lockdowns, then those that ended, the last one first (at most ${MOST_ENDED}), then what is left of those
whose retention is over: how many entries there were, the hash of the last, and where the ledger was exported to. Reads
Redis with the configuration and the environment of a worker.

example:
  npm run --silent lockstep -- ledger list
`,
  options: {},
  words: [0, 0],
  run: ({ values }, world) =>
    reading(world, async ({ lockdowns }) => {
      const all = [...(await lockdowns.open()), ...(await lockdowns.recent(MOST_ENDED))];
      const rows = all.map(({ id, namespace, phase, length, startedAt, requestedBy }) => ({
        ...{ id, namespace, phase, entries: length, requestedBy },
        startedAt: new Date(startedAt).toISOString(),
      }));
      const forgotten = await lockdowns.forgotten();
      const times = (at: number) => new Date(at).toISOString();
      if (values.json)
        world.out(
          `${JSON.stringify([
            ...rows,
            ...forgotten.map((each) => ({
              ...each,
              startedAt: times(each.startedAt),
              forgottenAt: times(each.forgottenAt),
            })),
          ])}\n`,
        );
      else if (rows.length + forgotten.length === 0) world.out('No lockdown is kept.\n');
      else
        for (const { id, namespace, phase, entries, startedAt } of rows)
          world.out(`${id}  ${phase.padEnd(11)}  ${String(entries).padStart(5)} entries  ${startedAt}  ${namespace}\n`);
      if (!values.json)
        for (const { id, entries, root, forgottenAt, file } of forgotten)
          world.out(
            `${id}  deleted ${times(forgottenAt)}: ${entries} entries, the last with the hash ${root}, ${file === undefined ? 'not exported' : `exported to ${file}`}\n`,
          );
      return EXIT.whole;
    }),
};
