/** Starts a Slack workspace on this machine: one port for the Web API, the sockets, the control API and the page. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Surroundings } from './api/call.ts';
import { Faults } from './api/faults.ts';
import { type Tokens, WebApi } from './api/server.ts';
import { gestureRoutes, sightRoutes } from './control/people.ts';
import { weatherRoutes } from './control/weather.ts';
import { Events } from './delivery/events.ts';
import { Requests } from './delivery/requests.ts';
import { ResponseUrls } from './delivery/response-urls.ts';
import { Sockets } from './delivery/sockets.ts';
import { TriggerStore } from './delivery/triggers.ts';
import { fileRoutes } from './file-routes.ts';
import type { Desk } from './gestures/desk.ts';
import { everythingAllowed, readManifest } from './manifest.ts';
import { type SlackOptions, usualPatience } from './options.ts';
import { ownPagesOnly, pageRoutes } from './page-routes.ts';
import { secrets } from './seed.ts';
import { Workspace } from './workspace.ts';

export type RunningSlack = {
  /** The page, for people. */
  url: string;
  /** What a Slack client takes as its API URL. */
  apiUrl: string;
  botToken: string;
  appToken: string;
  signingSecret: string;
  /** What is said and seen, for whoever runs in the same process. */
  workspace: Workspace;
  stop: () => Promise<void>;
};

export async function startSlack(options: SlackOptions = {}): Promise<RunningSlack> {
  const patience = { ...usualPatience, ...options.patience };
  const settings = options.manifest ? readManifest(options.manifest) : everythingAllowed;
  const workspace = new Workspace({ seed: options.seed ?? 1, now: options.now ?? Date.now });
  const unsupportedBlocks = options.unsupportedBlocks ?? [];
  const signingSecret = options.signingSecret ?? secrets.signingSecret;
  const tokens: Tokens = {
    bot: options.botToken ?? secrets.botToken,
    app: options.appToken ?? secrets.appToken,
    revoked: new Set(),
  };
  const faults = new Faults();
  const triggers = new TriggerStore(workspace, patience.triggerMs);
  const responseUrls = new ResponseUrls(workspace, patience, unsupportedBlocks);
  const sockets = new Sockets(patience);
  const requests = options.eventsUrl ? new Requests(options.eventsUrl, signingSecret, patience) : undefined;
  const delivery = requests ?? sockets;
  const events = new Events({ workspace, settings, delivery, retryDelaysMs: patience.retryDelaysMs });

  const site = new Hono();
  const server = createServer(getRequestListener(site.fetch));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const surroundings: Surroundings = {
    workspace,
    triggers,
    scopes: settings.scopes,
    unsupportedBlocks,
    hasHome: settings.hasHome,
    baseUrl,
    emit: (event) => void events.emit(event),
    openSocketUrl: () => sockets.openUrl(baseUrl),
  };
  const webApi = new WebApi({ surroundings, tokens, faults, unsupported: options.unsupported ?? [] });
  const desk: Desk = {
    workspace,
    settings,
    delivery,
    events,
    responseUrls,
    triggers,
    unsupportedBlocks,
    baseUrl,
    rest: { isQuiet: (forMs) => webApi.underWay === 0 && Date.now() - webApi.lastCallAt >= forMs },
  };

  site.use('*', ownPagesOnly(baseUrl));
  site.all('/api/*', (context) => webApi.handle(context));
  site.post('/responses/:id', (context) => webApi.noticing(() => responseUrls.handle(context)));
  site.route('/', fileRoutes(workspace));
  site.route('/_sandbox', sightRoutes(workspace, webApi, desk));
  site.route('/_sandbox', weatherRoutes({ workspace, faults, events, sockets, requests, tokens }));
  site.route('/_sandbox', gestureRoutes(desk));
  site.route('/', pageRoutes(workspace));
  server.on('upgrade', (request, stream, head) => sockets.upgrade(request, stream, head));

  return {
    url: baseUrl,
    apiUrl: `${baseUrl}/api/`,
    botToken: tokens.bot,
    appToken: tokens.app,
    signingSecret,
    workspace,
    stop: async () => {
      events.stop();
      await delivery.stop();
      await sockets.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
