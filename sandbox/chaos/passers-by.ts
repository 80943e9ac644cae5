/** Somebody else on the same console, who creates, changes and deletes rulesets of their own by hand. */
import { request } from 'node:https';
import type { RunningConsole } from '#sandbox/console/start.ts';
import { BY_HAND } from './town.ts';

type Ruleset = { readonly ID: string; readonly namespace: string; readonly outgoingRules: readonly object[] };

export type PassersBy = ReturnType<typeof passersBy>;

export function passersBy(consoleApi: RunningConsole) {
  const theirs: Ruleset[] = [];
  let number = 0;

  async function call(method: string, path: string, namespace: string, body?: object): Promise<unknown> {
    const text = await new Promise<string>((resolve, reject) => {
      const headers = {
        Authorization: `Bearer ${BY_HAND}`,
        'X-Namespace': namespace,
        'Content-Type': 'application/json',
      };
      // Who the console is, is of no interest here.
      const options = { method, headers, agent: false, rejectUnauthorized: false };
      const sent = request(`${consoleApi.url}${path}`, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const answer = Buffer.concat(parts).toString();
          if (response.statusCode === 200) resolve(answer);
          else reject(new Error(`${method} ${path} by hand: ${response.statusCode}`));
        });
      });
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
    return text === '' ? undefined : JSON.parse(text);
  }

  const one = (which: number) => theirs[which % Math.max(1, theirs.length)];

  return {
    /** Every second one allows what a stage is about, or has the name of one of ours. */
    async create(which: number): Promise<void> {
      const { namespaces, store } = consoleApi;
      const namespace = namespaces[which % namespaces.length] ?? '';
      number += 1;
      const ours = store
        .all('networkrulesetpolicy')
        .find((each) => each.namespace === namespace && each.annotations['lockstep.lockdown']);
      const name = number % 3 === 0 && ours ? ours.name : `by hand ${number}`;
      const pods = [['$identity=processingunit', `$namespace=${namespace}`]];
      const rule = { action: 'Allow', object: pods, protocolPorts: [number % 2 === 0 ? 'tcp/5432' : 'tcp/9'] };
      const created = await call('POST', '/networkrulesetpolicies', namespace, {
        name,
        subject: pods,
        incomingRules: number % 2 === 0 ? [rule] : [],
        outgoingRules: [rule],
      });
      theirs.push(created as Ruleset);
    },

    async change(which: number): Promise<void> {
      const ruleset = one(which);
      if (!ruleset) throw new Error('nobody has created anything yet');
      number += 1;
      const rule = { ...ruleset.outgoingRules[0], protocolPorts: [`tcp/${1000 + number}`] };
      const wanted = { ...ruleset, outgoingRules: [...ruleset.outgoingRules, rule] };
      const changed = await call('PUT', `/networkrulesetpolicies/${ruleset.ID}`, ruleset.namespace, wanted);
      theirs[theirs.indexOf(ruleset)] = changed as Ruleset;
    },

    async remove(which: number): Promise<void> {
      const ruleset = one(which);
      if (!ruleset) throw new Error('nobody has created anything yet');
      await call('DELETE', `/networkrulesetpolicies/${ruleset.ID}`, ruleset.namespace);
      theirs.splice(theirs.indexOf(ruleset), 1);
    },

    /** What is theirs and has to be there at the end, exactly so. */
    left: (): readonly Ruleset[] => [...theirs],
  };
}
