/** What a stage would cut the moment it is written, although discovery mode is still on: people see it before all else. */
import { expect, test } from 'vitest';
import { newCutsAtOnce, withCutsAtOnce } from '#core/at-once.ts';
import { draftStage } from '#core/stages/draft-stage.ts';
import { edge, evidence, NO_ANSWERS, policy, ruleset, SETTINGS, SHOP, workload } from '#test/support/evidence.ts';

const OBSERVED = { ...SETTINGS, podsMode: 'observed' as const };
const frontend = workload('frontend');
const cart = workload('cart');
const email = workload('email');
const seen = [edge(frontend, cart, 'tcp/7070'), edge(frontend, email, 'tcp/8080')];
const quarantine = ruleset('quarantine', {
  subject: [['app=cart']],
  incomingRules: [{ action: 'Reject', object: [[`$namespace=${SHOP}`]], protocolPorts: ['any'] }],
});

function asked(known = evidence([frontend, cart, email], seen)) {
  return withCutsAtOnce(draftStage('pods', known, OBSERVED, NO_ANSWERS), known);
}

test('a sleeping quarantine that the prefix of the pods draft wakes is no stage that cuts nothing: who is cut off stands first, by name', () => {
  const draft = asked(evidence([frontend, cart, email], seen, { policy: policy({ rulesets: [quarantine] }) }));
  expect(draft.changes[0]).toEqual({ kind: 'add-tag-prefixes', prefixes: ['app='] });
  expect(draft.cutsAtOnce).toMatchObject([{ source: 'frontend', destination: 'cart', ports: ['tcp/7070'] }]);
  expect(draft.remarks[0]).toEqual({
    level: 'look',
    text: 'This stage cuts at once, and does not wait for the last one: frontend → cart tcp/7070. Ruleset “quarantine” does not allow cart to accept tcp/7070.',
  });
});

test('a woken ruleset that allows next to nothing ends the fallback that cart lived on', () => {
  const own = { incoming: 'Reject', outgoing: 'Allow' } as const;
  const any = [[`$namespace=${SHOP}`]];
  const fallback = ruleset('legacy', {
    fallback: true,
    subject: any,
    incomingRules: [{ action: 'Allow', object: any, protocolPorts: ['any'] }],
  });
  const sleeping = ruleset('metrics', {
    subject: [['tier=store']],
    incomingRules: [{ action: 'Allow', object: [['app=prometheus']], protocolPorts: ['tcp/9090'] }],
  });
  const store = workload('cart', ['app=cart', 'tier=store']);
  const known = evidence([frontend, store], [edge(frontend, store, 'tcp/7070')], {
    policy: policy({ rulesets: [fallback, sleeping], own, effective: own }),
  });
  const waking = {
    ...asked(known),
    changes: [{ kind: 'add-tag-prefixes', prefixes: ['tier='] } as const],
    remarks: [],
  };
  expect(withCutsAtOnce(waking, known).remarks).toMatchObject([
    { level: 'look', text: expect.stringContaining('frontend → cart tcp/7070') },
  ]);
});

test('a stage of which nothing is lost says so by an empty list, and rejects of old are no matter of it', () => {
  const refused = edge(email, cart, 'tcp/7070', { action: 'Reject' });
  expect(asked(evidence([frontend, cart, email], [...seen, refused]))).toMatchObject({ cutsAtOnce: [] });
});

test('another label names cart where the usual one would wake a Reject', () => {
  const tagged = (name: string) => workload(name, [`app=${name}`, `team=${name}`]);
  const [web, store] = [tagged('frontend'), tagged('cart')];
  const known = evidence([web, store], [edge(web, store, 'tcp/7070')], { policy: policy({ rulesets: [quarantine] }) });
  const draft = asked(known);
  expect(draft.changes[0]).toEqual({ kind: 'add-tag-prefixes', prefixes: ['team='] });
  expect(draft.cutsAtOnce).toEqual([]);
  expect(asked({ ...known, policy: policy() }).changes[0]).toEqual({ kind: 'add-tag-prefixes', prefixes: ['app='] });
});

test('a quarantine that somebody laid to sleep after the approvers looked makes the draft another one', () => {
  const shown = asked();
  const now = asked(evidence([frontend, cart, email], seen, { policy: policy({ rulesets: [quarantine] }) }));
  expect(newCutsAtOnce(now, shown)).toMatchObject([{ destination: 'cart' }]);
  expect(newCutsAtOnce(now, now)).toEqual([]);
});
