/** Memory for tests of the Slack process: what it reads is put here, and what it leaves is found here. */
import type { Lockdown } from '#core/lockdown-state.ts';
import { isOpen } from '#core/lockdown-state.ts';
import type { Request } from '#core/request.ts';
import type { Cards, Findings, Leave, Lockdowns, Place } from '#slack/slices.ts';
import type { JobData } from '#src/jobs.ts';

type Left = { readonly job: string; readonly id: string; readonly data: unknown };
type Kept = Place & { readonly nonce?: string | undefined; readonly stage?: string | undefined };

export function slackMemory() {
  const lockdowns = new Map<string, Lockdown>();
  const findings: { [Kind in keyof Findings]?: Awaited<ReturnType<Findings[Kind]>> } = {};
  const places = new Map<string, Kept>();
  const shownAt = new Map<string, string>();
  const claims = new Map<string, string>();
  const texts = new Map<string, string[]>();
  const altered = new Set<string>();
  const left: Left[] = [];
  const state = { down: false };

  /** Like a client whose server is gone: it waits for it to come back. */
  const answers = async <Answer>(answer: Answer): Promise<Answer> => {
    if (state.down) return new Promise<never>(() => undefined);
    return answer;
  };
  const all = () => [...lockdowns.values()];
  let claimed = 0;
  const newClaim = (key: string) => {
    claimed += 1;
    claims.set(key, `claim ${claimed}`);
    return `claim ${claimed}`;
  };
  const store: Lockdowns = {
    read: (id) => answers(lockdowns.get(id)),
    openOf: (namespace) => answers(all().find((each) => each.namespace === namespace && isOpen(each))),
    open: () => answers(all().filter(isOpen)),
    recent: () => answers(all()),
  };
  const evidence: Findings = {
    draft: () => answers(findings.draft),
    verify: () => answers(findings.verify),
    watch: () => answers(findings.watch),
    discovery: () => answers(findings.discovery),
  };
  const cards: Cards = {
    async find(channel, ts) {
      const key = shownAt.get(`${channel} ${ts}`);
      if (key === undefined) return answers(undefined);
      const [lockdown = '', card = ''] = key.split(' ');
      return answers({ lockdown, card, nonce: places.get(key)?.nonce });
    },
    get: (lockdown, card) => answers(places.get(`${lockdown} ${card}`)),
    async put(lockdown, card, place, stage) {
      const known = places.get(`${lockdown} ${card}`);
      if (known && known.ts !== place.ts) return answers(known);
      places.set(`${lockdown} ${card}`, { ...place, stage });
      shownAt.set(`${place.channel} ${place.ts}`, `${lockdown} ${card}`);
      return answers(place);
    },
    putFile: (lockdown, card, place) => answers(void places.set(`${lockdown} ${card}`, place)),
    async claim(lockdown, card) {
      const key = `${lockdown} ${card}`;
      if (places.has(key)) return answers({ state: 'posted' as const });
      const held = claims.get(key);
      if (held !== undefined) return answers({ state: 'in doubt' as const, claim: held });
      return answers({ state: 'ours' as const, claim: newClaim(key) });
    },
    async takeOver(lockdown, card, from) {
      const key = `${lockdown} ${card}`;
      return answers(places.has(key) || claims.get(key) !== from ? undefined : newClaim(key));
    },
    holds: (lockdown, card, claim) => answers(claims.get(`${lockdown} ${card}`) === claim),
    texts: (lockdown, card) => answers(texts.get(`${lockdown} ${card}`) ?? []),
    markAltered: (lockdown, card) => answers(void altered.add(`${lockdown} ${card}`)),
  };
  const leave: Leave = async (job, data, id) => {
    if (state.down) return 'not recorded';
    if (!left.some((each) => each.id === id)) left.push({ job, id, data });
    return 'left';
  };
  return {
    lockdowns: store,
    findings: evidence,
    cards,
    leave,
    /** As the workers do when they post it. */
    keepTexts: (lockdown: string, card: string, fingerprints: string[]) =>
      void texts.set(`${lockdown} ${card}`, fingerprints),
    /** Says that a card is somewhere else, as whoever writes to Redis can. */
    move(lockdown: string, card: string, place: Kept): void {
      places.set(`${lockdown} ${card}`, place);
      shownAt.set(`${place.channel} ${place.ts}`, `${lockdown} ${card}`);
    },
    altered,
    /** What the workers would find. */
    left,
    requests: () => left.filter(({ job }) => job === 'record-request').map(({ data }) => data as Request),
    opened: () => left.filter(({ job }) => job === 'open-lockdown').map(({ data }) => data as JobData<'open-lockdown'>),
    keep: (lockdown: Lockdown) => void lockdowns.set(lockdown.id, lockdown),
    find: (found: typeof findings) => void Object.assign(findings, found),
    goDown() {
      state.down = true;
    },
    comeBack() {
      state.down = false;
    },
  };
}
