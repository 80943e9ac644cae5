/** What the metadata stage allows. */
import { expect, test } from 'vitest';
import { draftStage } from '#core/stages/draft-stage.ts';
import { edge, evidence, NO_ANSWERS, SETTINGS, SHOP, workload } from '#test/support/evidence.ts';

const frontend = workload('frontend');
const cart = workload('cartservice');

test('the whole namespace may ask the metadata service, as in the guide, and the card says who did', () => {
  const seen = [edge(frontend, '169.254.169.254', 'tcp/80')];
  const draft = draftStage('metadata', evidence([frontend, cart], seen), SETTINGS, NO_ANSWERS);
  expect(draft.changes).toEqual([
    {
      kind: 'create-external-network',
      network: { name: 'metadata', entries: ['169.254.169.254'], associatedTags: ['externalnetwork:name=metadata'] },
    },
    {
      kind: 'create-ruleset',
      ruleset: {
        name: 'allow-metadata',
        subject: [[`$namespace=${SHOP}`, '$identity=processingunit']],
        incomingRules: [],
        outgoingRules: [
          { name: 'metadata', action: 'Allow', object: [['externalnetwork:name=metadata']], protocolPorts: ['tcp/80'] },
        ],
      },
    },
  ]);
  expect(draft.breadth).toMatchObject({ seen: 1, possible: 2 });
});

test('tcp/443 is allowed only where it was seen, and any other port is left for people to judge', () => {
  const seen = [edge(frontend, '169.254.169.254', 'tcp/443'), edge(frontend, '169.254.169.254', 'udp/123')];
  const draft = draftStage('metadata', evidence([frontend], seen), SETTINGS, NO_ANSWERS);
  expect(draft.changes[1]).toMatchObject({ ruleset: { outgoingRules: [{ protocolPorts: ['tcp/80', 'tcp/443'] }] } });
  expect(draft.leftOut.map((left) => left.group.ports)).toEqual([['udp/123']]);
});

test('a namespace that never asked has its stage skipped, with the reason', () => {
  const draft = draftStage('metadata', evidence([frontend], []), SETTINGS, NO_ANSWERS);
  expect(draft.changes).toEqual([]);
  expect(draft.remarks).toEqual([{ level: 'note', text: 'Nothing of this kind was seen.' }]);
});

test('who never asked and may afterwards is named first, as something to look at', () => {
  const seen = [edge(frontend, '169.254.169.254', 'tcp/80')];
  const all = draftStage('metadata', evidence([frontend], seen), SETTINGS, NO_ANSWERS);
  const some = draftStage('metadata', evidence([frontend, cart], seen), SETTINGS, NO_ANSWERS);
  const stranger = {
    level: 'look',
    text: 'cartservice never asked the metadata service and may afterwards, as the whole namespace may. It hands out the machine’s cloud credentials.',
  };
  expect(some.remarks).toContainEqual(stranger);
  expect(all.remarks.filter(({ text }) => text.includes('never asked'))).toEqual([]);
});
