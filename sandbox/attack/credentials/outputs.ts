/** Everything the product gives to somebody, read for a token, a password or a private key. */
import { lockstep } from '#src/ledger/lockstep.ts';
import type { Attempt } from '../attempt.ts';
import type { Scene } from '../scene.ts';
import { secretsOf } from '../secrets.ts';
import { notIn } from './ports.ts';

const SECRETS = 'read for a token, a password or a private key';

export const secretsInOutputs: readonly Attempt[] = [
  {
    case: 'R-14',
    credential: 'one member’s Slack session',
    when: 'at the end',
    tried: `every file that was put into the channel, ${SECRETS}`,
    async run(scene) {
      const { files } = await scene.around.state();
      if (files.length === 0) throw new Error('no file was put into the channel');
      const texts = await Promise.all(
        files.map(async (file) => {
          const [id, name] = [String(file.id), String(file.name)];
          const response = await fetch(`${scene.slack.url}/files/${id}/${encodeURIComponent(name)}`);
          if (!response.ok) throw new Error(`${name} could not be read: ${response.status}`);
          return response.text();
        }),
      );
      return without(scene, texts, `${files.length} files`);
    },
  },
  {
    case: 'R-14',
    credential: 'queue viewer',
    when: 'at the end',
    tried: `the exported ledger, with names and without, and every file it comes with, ${SECRETS}`,
    async run(scene) {
      const { id } = await scene.lockdown();
      const exported = await Promise.all([
        commandLine(scene, ['ledger', 'export', id]),
        commandLine(scene, ['ledger', 'export', id, '--redact']),
        commandLine(scene, ['ledger', 'checkpoint', id]),
      ]);
      if (!exported[0]?.includes('"vote-cast"')) throw new Error(`nothing was exported: ${exported[0]?.slice(0, 200)}`);
      return without(scene, exported, 'the exports');
    },
  },
  {
    case: 'R-14',
    credential: 'queue viewer',
    when: 'at the end',
    tried: `what failed jobs left, and what is said of each secret that is mistyped or refused, ${SECRETS}`,
    async run(scene) {
      const failed = await errorsOfJobs(scene);
      if (failed.length === 0) throw new Error('no job has failed, so no error could be read');
      const spoilt = await Promise.all(mistyped(scene).map((env) => commandLine(scene, ['ledger', 'list'], env)));
      const said = spoilt.filter((words) => words !== '');
      if (said.length < spoilt.length) throw new Error('a mistyped secret was not complained about');
      return without(scene, [...failed, ...said], `${failed.length} errors of jobs and ${said.length} complaints`);
    },
  },
  {
    case: 'R-14',
    credential: 'console, observing',
    when: 'at the end',
    tried: `every object of the console and the annotations on it, ${SECRETS}`,
    async run(scene) {
      const objects = await scene.side.control('GET', '/objects');
      return without(scene, [JSON.stringify(objects)], 'the objects');
    },
  },
  {
    case: 'R-14',
    credential: 'health port',
    when: 'at the end',
    tried: `every page of it, ${SECRETS}`,
    async run(scene) {
      const pages = ['/livez', '/readyz', '/metrics', '/'].flatMap((path) =>
        [scene.ports.slackHealth, scene.ports.workerHealth].map((port) => `http://127.0.0.1:${port}${path}`),
      );
      const texts = await Promise.all(pages.map(async (page) => (await fetch(page)).text()));
      return without(scene, texts, `${pages.length} pages`);
    },
  },
];

function without(scene: Scene, texts: readonly string[], what: string): string {
  const secrets = secretsOf(scene);
  for (const text of texts) notIn(text, secrets, what);
  const size = texts.reduce((sum, { length }) => sum + length, 0);
  return `${what}, ${Math.ceil(size / 1000)} kB, hold none of ${secrets.length} secrets`;
}

/** What it prints and complains about, with the configuration and the secrets of a worker. */
async function commandLine(scene: Scene, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  let said = '';
  const say = (text: string) => {
    said += text;
  };
  await lockstep(words, { env: { ...scene.environments.worker, ...env }, now: Date.now, out: say, err: say });
  return said;
}

/** The environment of a worker with one thing wrong about one secret each. */
function mistyped({ environments: { worker }, secrets, ledger }: Scene): NodeJS.ProcessEnv[] {
  const url = new URL(worker.REDIS_URL);
  const closed = new URL(url);
  closed.port = '9';
  const noUrl = worker.REDIS_URL.replace('redis://', 'redis//');
  return [
    { REDIS_URL: closed.href },
    { REDIS_URL: url.href.replace('worker:', 'nobody:') },
    { REDIS_URL: noUrl },
    { LOCKSTEP_LEDGER_KEY: ledger.pem.slice(0, -30) },
    { LOCKSTEP_IDEMPOTENCY_SECRET: secrets.idempotencySecret.slice(0, 12) },
    { SLACK_BOT_TOKEN: secrets.botToken.replace('xoxb-', 'xoxo-') },
  ];
}

async function errorsOfJobs({ redis }: Scene): Promise<string[]> {
  const errors: string[] = [];
  for await (const found of redis.scanStream({ match: '*:queue:*', type: 'hash', count: 500 }))
    for (const name of found as string[]) {
      const { failedReason, stacktrace, data } = await redis.hgetall(name);
      if (failedReason !== undefined) errors.push(`${failedReason}\n${stacktrace}\n${data}`);
    }
  return errors;
}
