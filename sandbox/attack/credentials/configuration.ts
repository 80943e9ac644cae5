/** Who may write the configuration changes what is asked for from now on, and nothing that was decided. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { people } from '#sandbox/slack/seed.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';

const credential = 'configuration';

type Namespace = Readonly<Record<string, unknown>>;

function firstNamespace({ base }: Scene): Namespace {
  return (base.namespaces as Namespace[])[0] ?? {};
}

/** How a worker starts under this configuration, in production: it has to end at once, with a sentence. */
async function refusedAtStart(scene: Scene, name: string, change: Record<string, unknown>, env = {}): Promise<string> {
  const LOCKSTEP_CONFIG = await scene.file(`${name}.yaml`, change);
  const child = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
    env: { ...scene.environments.worker, NODE_ENV: 'production', LOCKSTEP_CONFIG, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.on('data', (data) => {
    words += data;
  });
  const late = setTimeout(() => child.kill('SIGKILL'), 45_000);
  const code = await new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  clearTimeout(late);
  if (code !== 78) throw new WentThrough(`a worker started, or ended with ${code}: ${words.slice(0, 200)}`);
  return words.trim();
}

export const configurationWriter: readonly Attempt[] = [
  {
    case: 'T-03',
    credential,
    when: 'asked',
    tried:
      'one vote given, then the quorum lowered to one and the requester allowed to vote, workers and Slack process restarted',
    honest: ['reopened', 'vote-cast'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      await scene.press('boris', card, 'approve');
      const approval = {
        users: [people.alice, people.gus],
        groups: ['S0SECURITY1'],
        needed: 1,
        requesterMayVote: true,
      };
      const weaker = await scene.file('weaker.yaml', { namespaces: [{ ...firstNamespace(scene), approval }] });
      await scene.restart('worker', weaker);
      await scene.restart('slack', weaker);
      try {
        for (const who of ['alice', 'boris'] as const) await scene.press(who, card, 'approve');
        await scene.settled();
        const { phase, votes } = await scene.stage('dns');
        if (phase !== 'asking') throw new WentThrough(`the stage went on to ${phase}`);
        if (votes.some(({ user }) => user === people.alice)) throw new WentThrough('the requester’s vote was kept');
        return 'the question keeps the rule it was asked under, and waits for a second approver';
      } finally {
        await scene.restart('worker');
        await scene.restart('slack');
      }
    },
  },
  {
    case: 'R-13',
    credential,
    when: 'asked',
    tried:
      'in production: a console, a Slack and a cluster of the attacker’s, over plain HTTP, and a kubeconfig that starts a program',
    async run(scene) {
      const kubeconfig = join(scene.folder, 'exec.kubeconfig');
      const user = 'user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: touch, args: [started] } }';
      await writeFile(
        kubeconfig,
        `apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{ name: c, context: { cluster: c, user: u } }]\nclusters: [{ name: c, cluster: { server: "https://cluster.example" } }]\nusers: [{ name: u, ${user} }]\n`,
      );
      const plain = join(scene.folder, 'plain.json');
      await writeFile(plain, JSON.stringify({ APIURL: 'http://console.example', token: 'a-token' }));
      const production = { SLACK_API_URL: '' };
      const words = [
        await refusedAtStart(scene, 'exec', { kubernetes: { kubeconfig } }, production),
        await refusedAtStart(
          scene,
          'plain',
          { console: { credentials: { observe: plain, finalise: plain } } },
          production,
        ),
        await refusedAtStart(scene, 'slack', {}, { SLACK_API_URL: 'http://slack.example/api/' }),
        await refusedAtStart(scene, 'sandboxes', {}, {}),
      ];
      const [sentence = ''] = /would start a program[^\n]*/.exec(words[0] ?? '') ?? [];
      if (sentence === '') throw new WentThrough(`it was refused for another reason: ${words[0]}`);
      if (!/http/i.test(words[1] ?? '')) throw new WentThrough(`it was refused for another reason: ${words[1]}`);
      return `four starts ended with code 78; the first said “${sentence}”`;
    },
  },
  {
    case: 'G-03',
    credential,
    when: 'asked',
    tried: 'in production: one person who asks and approves alone, and a setting that is none',
    async run(scene) {
      const approval = { users: [people.gus], groups: [], needed: 1, fromGroups: [], requesterMayVote: true };
      const alone = { ...firstNamespace(scene), requesters: { users: [people.gus] }, approval, stages: {} };
      const words = [
        await refusedAtStart(scene, 'alone', { namespaces: [alone] }),
        await refusedAtStart(scene, 'unknown', { approveEverything: true }),
      ];
      if (!/alone/.test(words[0] ?? '')) throw new WentThrough(`it was refused for another reason: ${words[0]}`);
      if (!/is not a setting/.test(words[1] ?? ''))
        throw new WentThrough(`it was refused for another reason: ${words[1]}`);
      return 'two starts ended with code 78 and named the setting';
    },
  },
];
