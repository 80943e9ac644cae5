/** Who has the console’s observing credential, who answers in the console’s place, and who has the cluster’s read token. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type ConsoleApi, consoleApi } from '#console/console-api.ts';
import type { Change } from '#core/draft.ts';
import { evidenceStore } from '#redis/evidence-store.ts';
import { type Attempt, WentThrough } from '../attempt.ts';
import type { Scene } from '../scene.ts';

const observing = 'console, observing';

/** The first network of the draft that is asked about, whose tags a rule of it names. */
async function networkOf(scene: Scene): Promise<Extract<Change, { kind: 'create-external-network' }>['network']> {
  const { id, stages } = await scene.lockdown();
  const finding = await evidenceStore(scene.redis).draft(id, 'dns', stages.dns.ask?.digest);
  const change = finding?.draft.changes.find((each) => each.kind === 'create-external-network');
  if (change?.kind !== 'create-external-network') throw new Error('the draft creates no network');
  return change.network;
}

function create(scene: Scene, path: string, body: Record<string, unknown>) {
  return scene.side.byHand('observe', { method: 'POST', namespace: scene.namespace, path, body });
}

function remove(scene: Scene, path: string, object: Readonly<Record<string, unknown>>) {
  const one = `${path}/${String(object.ID)}`;
  return scene.side.byHand('observe', { method: 'DELETE', namespace: scene.namespace, path: one });
}

export const consoleObserving: readonly Attempt[] = [
  {
    case: '2C',
    credential: observing,
    when: 'asked',
    tried: 'the namespace’s default actions and tag prefixes changed with it',
    async run(scene) {
      const object = await scene.side.namespaceObject();
      const change = { defaultPUIncomingTrafficAction: 'Reject', defaultPUOutgoingTrafficAction: 'Reject' };
      const { namespace: parent } = object;
      const call = {
        method: 'PUT',
        namespace: parent,
        path: `/namespaces/${object.ID}`,
        body: { ...object, ...change },
      };
      const answer = await scene.side.byHand('observe', { ...call, method: 'PUT' }).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (answer === undefined) throw new WentThrough('the console took it');
      return `the console: ${answer}`;
    },
  },
  {
    case: 'T-04',
    credential: observing,
    when: 'asked',
    tried: 'a network 0.0.0.0/0 with the tags that the approved rule names, between the first vote and the second',
    honest: ['reopened', 'vote-cast'],
    async run(scene) {
      const card = await scene.askedAnew('dns');
      const { associatedTags, name } = await networkOf(scene);
      await scene.press('boris', card, 'approve');
      const captured = await create(scene, '/externalnetworks', {
        name: `${name} too`,
        entries: ['0.0.0.0/0'],
        associatedTags,
      });
      try {
        await scene.press('chitra', card, 'approve');
        await scene.settled();
        await scene.until('the stage asked about anew, or stopped', async () =>
          ['asking', 'failed', 'skipped', 'denied'].includes((await scene.stage('dns')).phase),
        );
      } finally {
        await remove(scene, '/externalnetworks', captured);
      }
      const { because, phase } = await scene.stage('dns');
      const history = await scene.history();
      const outdated = history.findLast(({ event }) => event.type === 'draft-outdated')?.event;
      if (phase === 'failed') await scene.as.alice.command(scene.channel, `/lockdown next ${scene.namespace}`);
      return outdated && 'because' in outdated ? outdated.because : (because ?? phase);
    },
  },
  {
    case: 'T-10',
    credential: observing,
    when: 'asked',
    tried: 'a foreign ruleset that carries our annotations for another lockdown, and a new draft beside it',
    honest: ['reopened'],
    async run(scene) {
      const { id } = await scene.lockdown();
      const foreign = await create(scene, '/networkrulesetpolicies', {
        name: 'somebody-elses',
        subject: [['$namespace=/nowhere']],
        annotations: { 'lockstep.lockdown': [`${id}-of-another`], 'lockstep.stage': ['dns'] },
      });
      try {
        await scene.askedAnew('dns');
        const still = (await scene.side.objects()).some(({ ID }) => ID === foreign.ID);
        if (!still) throw new WentThrough('it was removed');
        return 'it is there still, as it was';
      } finally {
        await remove(scene, '/networkrulesetpolicies', foreign);
      }
    },
  },
];

const SHOP = '/acme/k8s/shop';
const MEGABYTE = 1024 * 1024;

type Hostile = { readonly url: string; readonly requests: IncomingMessage[]; stop(): Promise<void> };

async function hostile(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Hostile> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The product’s own client against a server that answers like this; gives what it says of it. */
async function against(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  ask: (api: ConsoleApi) => Promise<unknown>,
): Promise<string> {
  const server = await hostile(answer);
  const token = 'canary-token-of-the-console';
  const api = consoleApi({
    observe: { url: server.url, token, namespace: '/acme' },
    patience: { deadlineMs: 10_000, tryMs: 5_000, backoffMs: [] },
    maxResponseBytes: 8 * MEGABYTE,
  });
  try {
    const words = await ask(api).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (words === undefined) throw new WentThrough('it was taken for an answer');
    if (words.includes(token)) throw new WentThrough('the sentence holds the token');
    return words;
  } finally {
    await api.close();
    await server.stop();
  }
}

export const consoleAnswering: readonly Attempt[] = [
  {
    case: 'R-13',
    credential: 'console, answering',
    when: 'asked',
    tried: 'a redirect to a server that collects tokens',
    async run() {
      const collector = await hostile((_, response) => response.end('[]'));
      try {
        const words = await against(
          (_, response) => response.writeHead(302, { location: `${collector.url}/collect` }).end(),
          (api) => api.readProcessingUnits(SHOP),
        );
        if (collector.requests.length > 0) throw new WentThrough('the redirect was followed');
        return words;
      } finally {
        await collector.stop();
      }
    },
  },
  {
    case: 'R-12',
    credential: 'console, answering',
    when: 'asked',
    tried: 'a page of reports that never ends, and one that unpacks to a gigabyte',
    async run() {
      const before = process.memoryUsage().rss;
      const chunk = Buffer.alloc(MEGABYTE, ' ');
      const endless = await against(
        (_, response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          const pour = (): void => {
            while (!response.destroyed && response.write(chunk));
            if (!response.destroyed) response.once('drain', pour);
          };
          pour();
        },
        (api) => api.readProcessingUnits(SHOP),
      );
      const bomb = gzipSync(Buffer.alloc(64 * MEGABYTE, '['), { level: 9 });
      const packed = await against(
        (_, response) =>
          response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb),
        (api) => api.readProcessingUnits(SHOP),
      );
      const grown = (process.memoryUsage().rss - before) / MEGABYTE;
      if (grown > 512) throw new WentThrough(`the memory grew by ${Math.round(grown)} MB`);
      return `${endless}; ${packed}`;
    },
  },
  {
    case: 'R-12',
    credential: 'console, answering',
    when: 'asked',
    tried: 'pages that are no JSON, another shape, or whose cursor goes round for ever',
    async run() {
      const saying =
        (body: string, headers = {}) =>
        (_: IncomingMessage, response: ServerResponse) => {
          response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
        };
      const units = (api: ConsoleApi) => api.readProcessingUnits(SHOP);
      const words = [
        await against(saying('<html>'), units),
        await against(saying('{"__proto__":{"polluted":1}}'), units),
        await against(saying('[{"ID":7,"namespace":"/other"}]'), units),
        await against(saying('[]', { 'x-next': 'the-same' }), units),
      ];
      if ('polluted' in {}) throw new WentThrough('every object has a new property');
      return words.at(-1) ?? '';
    },
  },
];

export const kubernetesToken: readonly Attempt[] = [
  {
    case: 'kube',
    credential: 'Kubernetes read token',
    when: 'asked',
    tried: 'a Service changed, a node added, a Secret read',
    async run({ kubernetes }) {
      const words = await Promise.all(
        (
          [
            ['POST', '/api/v1/nodes'],
            ['PUT', '/api/v1/namespaces/default/services/frontend'],
            ['GET', '/api/v1/secrets'],
          ] as const
        ).map(async ([method, path]) => {
          const { status } = await kubernetes.ask(method, path);
          if (status < 400) throw new WentThrough(`${method} ${path} was answered with ${status}`);
          return `${method} ${path}: ${status}`;
        }),
      );
      return words.join(', ');
    },
  },
];
