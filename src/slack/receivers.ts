/** How Slack reaches us: over a socket that we open, or by signed requests. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HTTPReceiver, type Logger, type Receiver, SocketModeReceiver } from '@slack/bolt';
import { clientOptions } from './client.ts';
import { guarded, type Once, onceInMemory } from './http-guard.ts';
import type { SlackJournal } from './slices.ts';

export type Way = {
  readonly receiver: Receiver;
  /** Resolves when Slack can reach us; the port in HTTP mode. */
  start(): Promise<{ readonly port?: number }>;
  stop(): Promise<void>;
  /** Calls whenever a gap has ended in which Slack could not reach us; in HTTP mode nobody says so. */
  onReconnected(listener: () => void): void;
};

type Socket = { readonly appToken: string; readonly slackApiUrl?: string | undefined; readonly logger: Logger };

export function socketMode({ appToken, slackApiUrl, logger }: Socket): Way {
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    installerOptions: { clientOptions: clientOptions({ slackApiUrl }) },
  });
  return {
    receiver,
    async start() {
      await receiver.start();
      return {};
    },
    // The receiver's own stop() does not wait for the socket to close.
    stop: () => receiver.client.disconnect(),
    onReconnected: (listener) => void receiver.client.on('connected', listener),
  };
}

type Http = {
  readonly signingSecret: string;
  readonly host: string;
  readonly port: number;
  readonly logger: Logger;
  readonly journal: SlackJournal;
  readonly once?: Once | undefined;
  now(): number;
};

export function httpMode({ signingSecret, host, port, logger, journal, once, now }: Http): Way {
  const receiver = new HTTPReceiver({ signingSecret, logger, endpoints: '/slack/events' });
  const listener: RequestListener = (request, response) => {
    try {
      receiver.requestListener(request, response);
    } catch {
      // Bolt throws for every path but its own.
      response.writeHead(404).end();
    }
  };
  const server = createServer(guarded(listener, { once: once ?? onceInMemory(now), journal, now }));
  return {
    receiver,
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      });
      return { port: (server.address() as AddressInfo).port };
    },
    async stop() {
      server.closeIdleConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    onReconnected: () => undefined,
  };
}
