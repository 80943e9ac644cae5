/** What was vouched for outside, asked for where it is: in the Slack thread, on the console's objects, in daily files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '#config/schema.ts';
import { type ConsoleApi, consoleApi } from '#console/console-api.ts';
import { readAccess } from '#console/credential.ts';
import { LEDGER_ANNOTATION } from '#core/checkpoint.ts';
import { isFailure } from '#core/failure.ts';
import { findCheckpoints } from '#slack/checkpoints.ts';
import { slackClient } from '#slack/client.ts';
import { SlackFailure } from '#slack/failure.ts';

/** A signed note, and when Slack had it where it comes from there. */
type WitnessedNote = { readonly text: string; readonly at?: number };
/** What an object on the console carries: `12:1a2b3c4d5e6f7a8b`. */
type WitnessedObject = { readonly object: string; readonly anchor: string };

export type Witnesses = {
  readonly notes: readonly WitnessedNote[];
  readonly objects: readonly WitnessedObject[];
  /** What could not be asked, in sentences. */
  readonly silent: readonly string[];
};

export const NOBODY: Witnesses = { notes: [], objects: [], silent: [] };

type About = { readonly id: string; readonly namespace: string; readonly channel: string };

export async function askSlack({ secrets }: Config, { id, channel }: About): Promise<Witnesses> {
  const client = slackClient(secrets.slackBotToken, { slackApiUrl: secrets.slackApiUrl });
  try {
    const { found, edited, complete } = await findCheckpoints(client, { channel, lockdown: id });
    return {
      ...NOBODY,
      notes: found.map(({ note, ts }) => ({ text: note, at: Number(ts) * 1000 })),
      silent: [
        ...(edited > 0
          ? [`${edited} checkpoints in Slack were edited after they were posted, and count for nothing`]
          : []),
        ...(complete ? [] : ['the thread of this lockdown was not found in Slack, so no checkpoint was read there']),
      ],
    };
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    return { ...NOBODY, silent: [`Slack could not be asked for checkpoints: ${error.sentence}`] };
  }
}

export async function askConsole({ settings }: Config, about: About): Promise<Witnesses> {
  const { credentials, tokenMinutes, timeoutSeconds } = settings.console;
  const access = await readAccess(credentials.observe);
  const api = consoleApi({
    observe: access,
    finalise: access,
    tokenValidityMinutes: tokenMinutes,
    patience: { tryMs: timeoutSeconds * 1000 },
  });
  try {
    return { ...NOBODY, objects: await annotated(api, about) };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { ...NOBODY, silent: [`the console could not be asked for its annotations: ${error.message}`] };
  } finally {
    await api.close();
  }
}

async function annotated(api: Pick<ConsoleApi, 'readPolicy'>, { id, namespace }: About): Promise<WitnessedObject[]> {
  const { rulesets, externalNetworks } = (await api.readPolicy(namespace)).policy;
  return [...rulesets, ...externalNetworks].flatMap(({ name, annotations }) =>
    annotations['lockstep.lockdown']?.includes(id)
      ? (annotations[LEDGER_ANNOTATION] ?? []).map((anchor) => ({ object: name, anchor }))
      : [],
  );
}

/** Every daily file, the oldest first; notes of other lockdowns stand in them, too. */
export function askFolder({ settings }: Config): Witnesses {
  const { anchorsFolder } = settings.ledger;
  if (anchorsFolder === undefined || !existsSync(anchorsFolder))
    return { ...NOBODY, silent: ['there is no folder of daily checkpoints: ledger.anchorsFolder'] };
  const files = readdirSync(anchorsFolder).filter((name) => /^\d{4}-\d\d-\d\d\.txt$/.test(name));
  return {
    ...NOBODY,
    notes: files.toSorted().map((name) => ({ text: readFileSync(join(anchorsFolder, name), 'utf8') })),
  };
}

export function together(witnesses: readonly Witnesses[]): Witnesses {
  return {
    notes: witnesses.flatMap(({ notes }) => notes),
    objects: witnesses.flatMap(({ objects }) => objects),
    silent: witnesses.flatMap(({ silent }) => silent),
  };
}
