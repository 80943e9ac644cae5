/** Socket Mode: the app's WebSockets, one envelope to one of them, and its acknowledgement. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Patience } from '../options.ts';
import { app } from '../seed.ts';
import type { Delivery, Kind, Outcome, Retry } from './delivery.ts';

type Line = { socket: WebSocket; halfOpen: boolean; unanswered?: boolean };
type Waiting = { settle: (outcome: Outcome) => void; timer: NodeJS.Timeout };

const ticketLifeMs = 30_000;
const farewellMsMax = 300;

export class Sockets implements Delivery {
  // Pongs are sent by hand, because a half-open line must not answer.
  readonly #server = new WebSocketServer({ noServer: true, autoPong: false });
  readonly #patience: Patience;
  readonly #tickets = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #pinging: NodeJS.Timeout;
  #lines: Line[] = [];
  #turn = 0;

  constructor(patience: Patience) {
    this.#patience = patience;
    this.#pinging = setInterval(() => {
      for (const line of this.#lines) this.#ping(line);
    }, patience.pingMs);
  }

  get connected(): number {
    return this.#lines.length;
  }

  openUrl(baseUrl: string): string {
    const ticket = randomUUID();
    this.#tickets.set(ticket, Date.now() + ticketLifeMs);
    return `${baseUrl.replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${app.id}`;
  }

  /** Takes over an HTTP request that asks for a WebSocket. A ticket opens one socket. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://slack').searchParams.get('ticket') ?? '';
    const until = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (until === undefined || Date.now() > until) {
      stream.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#welcome(socket));
  }

  async deliver(kind: Kind, payload: Record<string, unknown>, retry?: Retry): Promise<Outcome> {
    const line = this.#next();
    if (!line) return { acked: false, reason: 'no_connection' };
    const envelopeId = randomUUID();
    return new Promise((settle) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(envelopeId);
        settle({ acked: false, reason: 'timeout' });
      }, this.#patience.ackMs);
      this.#waiting.set(envelopeId, { settle, timer });
      const envelope = {
        envelope_id: envelopeId,
        payload,
        type: kind,
        accepts_response_payload: kind !== 'events_api',
        ...(kind === 'events_api' && { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' }),
      };
      // What is sent into a half-open line is lost, as it would be with the cable cut.
      if (!line.halfOpen) line.socket.send(JSON.stringify(envelope));
    });
  }

  /** Asks every socket to reconnect, as Slack does when it recycles a server. */
  askToReconnect(reason: string): void {
    for (const { socket, halfOpen } of this.#lines) {
      if (!halfOpen) socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: debugInfo }));
    }
  }

  /** Cuts every connection without a word. */
  drop(): void {
    for (const { socket } of this.#lines) socket.terminate();
  }

  /** Keeps every present connection open and dead: nothing is read, answered or delivered. */
  halfOpen(): void {
    for (const line of this.#lines) {
      line.halfOpen = true;
      line.socket.pause();
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#pinging);
    for (const { timer, settle } of this.#waiting.values()) {
      clearTimeout(timer);
      settle({ acked: false, reason: 'no_connection' });
    }
    this.#waiting.clear();
    for (const { socket } of this.#lines) socket.close(1001);
    const deadline = Date.now() + farewellMsMax;
    while (this.#lines.length > 0 && Date.now() < deadline) await sleep(10);
    this.drop();
    this.#server.close();
  }

  /** Slack, too, gives up a line that has answered no ping until the next. */
  #ping(line: Line): void {
    if (line.unanswered) line.socket.terminate();
    else if (line.halfOpen) line.unanswered = true;
    else line.socket.ping('Ping from slack');
  }

  #welcome(socket: WebSocket): void {
    if (this.#lines.length >= this.#patience.socketsMax) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets', debug_info: debugInfo }));
      socket.close();
      return;
    }
    const line: Line = { socket, halfOpen: false };
    this.#lines.push(line);
    socket.on('ping', (data) => {
      if (!line.halfOpen) socket.pong(data);
    });
    socket.on('message', (data) => this.#hear(data));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      this.#lines = this.#lines.filter((one) => one !== line);
    });
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#lines.length,
        connection_info: { app_id: app.id },
        debug_info: debugInfo,
      }),
    );
  }

  #hear(data: RawData): void {
    const said = readAck(String(data));
    const waiting = said && this.#waiting.get(said.envelope_id);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(said.envelope_id);
    waiting.settle({ acked: true, ...(said.payload !== undefined && { body: said.payload }) });
  }

  #next(): Line | undefined {
    const open = this.#lines.filter(({ socket }) => socket.readyState === WebSocket.OPEN);
    this.#turn += 1;
    return open[this.#turn % Math.max(open.length, 1)];
  }
}

const debugInfo = { host: 'applink-sandbox', build_number: 1, approximate_connection_time: 18_060 };

function readAck(text: string): { envelope_id: string; payload?: unknown } | undefined {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof said !== 'object' || said === null || !('envelope_id' in said)) return undefined;
  const payload = 'payload' in said ? said.payload : undefined;
  return { envelope_id: String(said.envelope_id), ...(payload !== undefined && { payload }) };
}
