/** Which Slack message shows what. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { STAGES } from '#core/stage.ts';
import { key } from './keys.ts';

export const Place = z.strictObject({ channel: z.string(), ts: z.string(), nonce: z.string().optional() });
export type Place = z.infer<typeof Place>;

const Shown = z.strictObject({
  lockdown: z.string(),
  card: z.string(),
  stage: z.enum(STAGES).optional(),
  nonce: z.string().optional(),
});
export type Shown = z.infer<typeof Shown>;

const Texts = z.array(z.string());
/** So many tries to send different versions may fail one after the other. */
const UNSENT_MAX = 9;

/** Several who send the same version at once keep it once: otherwise the former one would be forgotten too soon. */
const KEEP_TEXTS = `
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then
  redis.call('LPUSH', KEYS[1], ARGV[1])
  redis.call('LTRIM', KEYS[1], 0, ARGV[2])
end
`;

const TEXTS_SENT = `
redis.call('LREM', KEYS[1], 0, ARGV[1])
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, 1)
`;

/** Longer than any sender waits for Slack's answer. Whoever is not heard of for so long counts as dead. */
const SENDING_MS_MOST = 60_000;

/**
 * KEYS sending, shown. ARGV card, token, now, how long sending takes at most.
 * Of each sender the time it began at; below zero when somebody else was sending meanwhile. What the card shows is not
 * known until one has sent it alone, since Slack may take two versions in another order than they are answered.
 */
const BEGIN_SENDING = `
local senders = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local now, alone = tonumber(ARGV[3]), true
for i = 1, #senders, 2 do
  local began = math.abs(tonumber(senders[i + 1]))
  if now - began > tonumber(ARGV[4]) then
    redis.call('ZREM', KEYS[1], senders[i])
  else
    alone = false
    redis.call('ZADD', KEYS[1], -began, senders[i])
  end
end
redis.call('ZADD', KEYS[1], alone and now or -now, ARGV[2])
redis.call('PEXPIRE', KEYS[1], 2 * ARGV[4])
redis.call('HDEL', KEYS[2], ARGV[1])`;

/** KEYS sending, shown. ARGV card, token, fingerprint. */
const SENT = `
local began = redis.call('ZSCORE', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[1], ARGV[2])
if began and tonumber(began) > 0 then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
else
  redis.call('HDEL', KEYS[2], ARGV[1])
end`;

/** How the channel of a lockdown was when somebody last looked, and how often it has changed. */
const ChannelSeen = z.strictObject({
  name: z.string().optional(),
  trouble: z.string().optional(),
  changes: z.number().int(),
});
export type ChannelSeen = z.infer<typeof ChannelSeen>;
/** Beside the fingerprints of the cards. */
const CHANNEL = 'channel';
/** So is the number of the last entry that was told. */
const TOLD = 'told';
/** And how long the history was that all cards were drawn from last. */
const DRAWN = 'drawn';

/** KEYS cards, claims, shown. ARGV card, ts of the message that is gone. Somebody else may have posted it again already. */
const DROP = `
local kept = redis.call('HGET', KEYS[1], ARGV[1])
if not kept or cjson.decode(kept).ts ~= ARGV[2] then return 0 end
for _, hash in ipairs(KEYS) do redis.call('HDEL', hash, ARGV[1]) end
return 1`;

/** KEYS cards, card-at. ARGV card, place, what is shown there. */
const PUT = `
local kept = redis.call('HGET', KEYS[1], ARGV[1])
if kept and kept ~= ARGV[2] then return kept end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[3])
return ARGV[2]`;

/** KEYS cards, claims. ARGV card, former claim, new claim. */
const TAKE_OVER = `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
if (redis.call('HGET', KEYS[2], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return 1`;

/** A claim is known by its own token, so that whoever lost it sees that. */
export type Claimed = { readonly state: 'posted' } | { readonly state: 'ours' | 'in doubt'; readonly claim: string };

export type CardStore = ReturnType<typeof cardStore>;

export function cardStore(redis: Redis) {
  return {
    /** What a message shows, when it is one of ours. */
    async find(channel: string, ts: string): Promise<Shown | undefined> {
      const text = await redis.get(key.cardAt(channel, ts));
      return text ? Shown.parse(JSON.parse(text)) : undefined;
    },

    async get(lockdown: string, card: string): Promise<Place | undefined> {
      const text = await redis.hget(key.cards(lockdown), card);
      return text ? Place.parse(JSON.parse(text)) : undefined;
    },

    /** Says where a card is, unless somebody has said so already; answers where it is then. */
    async put(lockdown: string, card: string, place: Place, stage?: Shown['stage']): Promise<Place> {
      const shown: Shown = {
        lockdown,
        card,
        ...(stage === undefined ? {} : { stage }),
        ...(place.nonce === undefined ? {} : { nonce: place.nonce }),
      };
      const keys = [key.cards(lockdown), key.cardAt(place.channel, place.ts)];
      const kept = await redis.eval(PUT, 2, ...keys, card, JSON.stringify(place), JSON.stringify(shown));
      return Place.parse(JSON.parse(String(kept)));
    },

    /** Says that a file is there. Slack tells only its thread, and a press in that thread is none on the file. */
    async putFile(lockdown: string, card: string, place: Place): Promise<void> {
      await redis.hset(key.cards(lockdown), card, JSON.stringify(place));
    },

    /** Forgets where a card was, because it was deleted there: it may be posted once more, by one of all who find that. */
    async drop(lockdown: string, card: string, { ts }: Pick<Place, 'ts'>): Promise<void> {
      await redis.eval(DROP, 3, key.cards(lockdown), key.claims(lockdown), key.shown(lockdown), card, ts);
    },

    /** Fingerprint of what a card showed last, so that what has not changed is not sent again. */
    async shown(lockdown: string, card: string): Promise<string | undefined> {
      return (await redis.hget(key.shown(lockdown), card)) ?? undefined;
    },

    /**
     * Whether Slack may show less than what is kept: entries that it was not drawn for, a card that was rewritten there, or
     * one of which nobody knows what it shows. One look, because it is taken of each lockdown every minute.
     */
    async isBehind(lockdown: string, entries: number, cards: readonly string[]): Promise<boolean> {
      const results = await redis
        .pipeline()
        .hmget(key.cards(lockdown), ...cards)
        .hmget(key.shown(lockdown), DRAWN, ...cards)
        .scard(key.altered(lockdown))
        .exec();
      const [places, shown, altered] = (results ?? []).map(([error, answer]) => {
        if (error) throw error;
        return answer;
      }) as [(string | null)[], (string | null)[], number];
      const [drawn, ...fingerprints] = shown;
      const isUnknown = places.some((place, at) => place !== null && fingerprints[at] === null);
      return Number(drawn ?? 0) < entries || altered > 0 || isUnknown;
    },

    /** How many entries of the history people were told of in the thread. */
    async told(lockdown: string): Promise<number> {
      return Number((await redis.hget(key.shown(lockdown), TOLD)) ?? 0);
    },

    async keepTold(lockdown: string, entries: number): Promise<void> {
      await redis.hset(key.shown(lockdown), TOLD, String(entries));
    },

    async keepDrawn(lockdown: string, entries: number): Promise<void> {
      await redis.hset(key.shown(lockdown), DRAWN, String(entries));
    },

    /** To be said before a version of a card is sent; `sent` takes what it answers. Milliseconds since the epoch. */
    async beginSending(lockdown: string, card: string, now: number): Promise<string> {
      const token = randomUUID();
      const keys = [key.sending(lockdown, card), key.shown(lockdown)];
      await redis.eval(BEGIN_SENDING, 2, ...keys, card, token, now, SENDING_MS_MOST);
      return token;
    },

    /** Its fingerprint is kept unless somebody else was sending meanwhile: then it is sent once more. */
    async sent(lockdown: string, card: string, token: string, fingerprint: string): Promise<void> {
      await redis.eval(SENT, 2, key.sending(lockdown, card), key.shown(lockdown), card, token, fingerprint);
    },

    /** What people will read on a card, in each form that may be sent; kept before it is sent. */
    async keepTexts(lockdown: string, card: string, fingerprints: readonly string[]): Promise<void> {
      await redis.eval(KEEP_TEXTS, 1, key.texts(lockdown, card), JSON.stringify(fingerprints), UNSENT_MAX);
    },

    /** It was sent, so it is what people see, whatever was kept meanwhile; and who pressed a moment before saw the former one. */
    async textsSent(lockdown: string, card: string, fingerprints: readonly string[]): Promise<void> {
      await redis.eval(TEXTS_SENT, 1, key.texts(lockdown, card), JSON.stringify(fingerprints));
    },

    /** Everything that people may rightly read on a card. */
    async texts(lockdown: string, card: string): Promise<string[]> {
      const kept = await redis.lrange(key.texts(lockdown, card), 0, -1);
      return kept.flatMap((text) => Texts.parse(JSON.parse(text)));
    },

    /** Says that a card reads otherwise than it was posted, so that it is put right. */
    async markAltered(lockdown: string, card: string): Promise<void> {
      await redis.sadd(key.altered(lockdown), card);
    },

    async isAltered(lockdown: string, card: string): Promise<boolean> {
      return (await redis.sismember(key.altered(lockdown), card)) === 1;
    },

    async putRight(lockdown: string, card: string): Promise<void> {
      await redis.srem(key.altered(lockdown), card);
    },

    async channelSeen(lockdown: string): Promise<ChannelSeen | undefined> {
      const text = await redis.hget(key.shown(lockdown), CHANNEL);
      return text ? ChannelSeen.parse(JSON.parse(text)) : undefined;
    },

    async keepChannelSeen(lockdown: string, seen: ChannelSeen): Promise<void> {
      await redis.hset(key.shown(lockdown), CHANNEL, JSON.stringify(seen));
    },

    /**
     * Whoever is to post a card claims it first. `in doubt`: the holder of that claim did not say where the card is, so
     * Slack has to be asked before it is posted again.
     */
    async claim(lockdown: string, card: string): Promise<Claimed> {
      if (await redis.hexists(key.cards(lockdown), card)) return { state: 'posted' };
      const claim = randomUUID();
      if ((await redis.hsetnx(key.claims(lockdown), card, claim)) === 1) return { state: 'ours', claim };
      // Gone again when the card was dropped meanwhile: nobody holds it, and whoever takes it over is the first.
      return { state: 'in doubt', claim: (await redis.hget(key.claims(lockdown), card)) ?? '' };
    },

    /** From whoever fell silent: the new claim, or nothing where somebody else was faster. */
    async takeOver(lockdown: string, card: string, from: string): Promise<string | undefined> {
      const claim = randomUUID();
      const taken = await redis.eval(TAKE_OVER, 2, key.cards(lockdown), key.claims(lockdown), card, from, claim);
      return taken === 1 ? claim : undefined;
    },

    async holds(lockdown: string, card: string, claim: string): Promise<boolean> {
      return (await redis.hget(key.claims(lockdown), card)) === claim;
    },
  };
}
