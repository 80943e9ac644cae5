/** One Slack workspace in memory: who is in it, what was said, and what each person has open. */
import { EventEmitter } from 'node:events';
import { app, channelsSeed, groupsSeed, peopleSeed, team } from './seed.ts';
import type { Channel, Group, Message, Person, SlackFile, StateValues, View } from './types.ts';

export type WorkspaceOptions = { seed: number; now: () => number };

export class Workspace {
  readonly people = new Map<string, Person>();
  readonly groups = new Map<string, Group>();
  readonly channels = new Map<string, Channel>();
  readonly messages = new Map<string, Message[]>();
  readonly ephemerals: Message[] = [];
  readonly files = new Map<string, SlackFile>();
  /** The modals each person has open, the one on top last. */
  readonly modals = new Map<string, View[]>();
  readonly homes = new Map<string, View>();
  /** What each person has picked in the inputs of a message, by `user:channel:ts`. */
  readonly picked = new Map<string, StateValues>();
  readonly now: () => number;
  version = 0;

  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #random: () => number;
  #lastTsMicros = 0;

  constructor(options: WorkspaceOptions) {
    this.now = options.now;
    this.#random = seededRandom(options.seed);
    this.#populate();
  }

  /** A message time stamp: unique in the workspace and always later than the one before. */
  nextTs(): string {
    this.#lastTsMicros = Math.max(this.now() * 1000, this.#lastTsMicros + 1);
    const micros = String(this.#lastTsMicros).padStart(16, '0');
    return `${micros.slice(0, -6)}.${micros.slice(-6)}`;
  }

  nextId(prefix: string): string {
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    const letters = Array.from({ length: 10 }, () => alphabet[Math.floor(this.#random() * alphabet.length)]);
    return `${prefix}${letters.join('')}`;
  }

  nextHash(): string {
    return `${Math.floor(this.now() / 1000)}.${this.nextId('').toLowerCase()}`;
  }

  changed(): void {
    this.version += 1;
    this.#changes.emit('changed', this.version);
  }

  onChange(listener: (version: number) => void): () => void {
    this.#changes.on('changed', listener);
    return () => this.#changes.off('changed', listener);
  }

  person(id: string): Person | undefined {
    return this.people.get(id) ?? [...this.people.values()].find((person) => person.name === id);
  }

  messagesIn(channel: string): Message[] {
    const known = this.messages.get(channel);
    if (known) return known;
    const fresh: Message[] = [];
    this.messages.set(channel, fresh);
    return fresh;
  }

  message(channel: string, ts: string): Message | undefined {
    return this.messagesIn(channel).find((message) => message.ts === ts);
  }

  replies(parent: Message): Message[] {
    return this.messagesIn(parent.channel).filter((message) => message.threadTs === parent.ts && message !== parent);
  }

  /** The direct conversation between a person and the app's bot, opened when it is first needed. */
  directMessage(user: string): Channel {
    const id = `D${user.slice(1)}`;
    const known = this.channels.get(id);
    if (known) return known;
    const opened: Channel = {
      id,
      name: user,
      topic: '',
      kind: 'im',
      isArchived: false,
      members: new Set([user, app.botUser]),
      createdAt: this.now(),
    };
    this.channels.set(id, opened);
    return opened;
  }

  openModals(user: string): View[] {
    return this.modals.get(user) ?? [];
  }

  view(id: string): View | undefined {
    return [...[...this.modals.values()].flat(), ...this.homes.values()].find((view) => view.id === id);
  }

  viewByExternalId(externalId: string): View | undefined {
    return [...[...this.modals.values()].flat(), ...this.homes.values()].find((view) => view.externalId === externalId);
  }

  #populate(): void {
    for (const seed of peopleSeed) {
      this.people.set(seed.id, {
        id: seed.id,
        name: seed.name,
        realName: seed.realName,
        teamId: seed.otherTeam ?? team.id,
        isRestricted: seed.guest ?? false,
        isStranger: seed.otherTeam !== undefined,
        isBot: false,
        deleted: seed.deleted ?? false,
      });
    }
    this.people.set(app.botUser, {
      id: app.botUser,
      name: 'lockstep',
      realName: app.name,
      teamId: team.id,
      isRestricted: false,
      isStranger: false,
      isBot: true,
      deleted: false,
    });
    for (const { id, handle, name, users } of groupsSeed) {
      this.groups.set(id, { id, handle, name, users: [...users], updatedAt: this.now() });
    }
    for (const { id, name, topic, isPrivate, members } of channelsSeed) {
      this.channels.set(id, {
        id,
        name,
        topic,
        kind: isPrivate ? 'private' : 'public',
        isArchived: false,
        members: new Set<string>(members),
        createdAt: this.now(),
      });
    }
  }
}

/** Mulberry32: the same seed gives the same ids, so that two runs can be compared. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
