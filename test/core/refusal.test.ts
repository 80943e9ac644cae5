/** A draft that the console would refuse is known before anybody is asked, with the object and the console's words. */
import { expect, test } from 'vitest';
import type { Change } from '#core/draft.ts';
import { whyRefused } from '#core/refusal.ts';

const network = (entries: readonly string[]): Change => ({
  kind: 'create-external-network',
  network: { name: 'smtp', entries, associatedTags: ['externalnetwork:name=smtp'] },
});
const ruleset = (...protocolPorts: string[]): Change => ({
  kind: 'create-ruleset',
  ruleset: {
    name: 'allow-smtp',
    subject: [['$identity=processingunit', '$namespace=/acme/shop']],
    incomingRules: [],
    outgoingRules: [{ action: 'Allow', object: [['externalnetwork:name=smtp']], protocolPorts }],
  },
});
const others: Change[] = [
  { kind: 'add-tag-prefixes', prefixes: ['app='] },
  {
    kind: 'set-default-actions',
    actions: { incoming: 'Reject', outgoing: 'Reject' },
    former: { incoming: 'Inherit', outgoing: 'Inherit' },
  },
];

test('a draft whose objects are all in order is refused by nobody', () => {
  expect(whyRefused([network(['192.0.2.25', 'smtp.example.com']), ruleset('tcp/25'), ...others])).toBeUndefined();
});

test('the first object that is not in order is named, with what the console would say of it', () => {
  expect(whyRefused([...others, network(['192.0.2.256/32']), ruleset('tcp')])).toBe(
    'smtp: 192.0.2.256/32 is not a valid CIDR',
  );
  expect(whyRefused([network(['192.0.2.0/24']), ruleset('tcp/25', 'tcp')])).toMatch(/^allow-smtp: .*without ports/);
});
