/** One message: who, when, what it says, and what people did with it. */
import { useState } from 'react';
import type { PickedValues } from '#sandbox/slack/gestures/state.ts';
import { act } from './acting.ts';
import { Avatar } from './avatar.tsx';
import { Blocks } from './blocks/blocks.tsx';
import { pickedFrom, SurfaceProvider } from './blocks/surface.tsx';
import { Mrkdwn } from './blocks/text.tsx';
import type { FileShown, MessageShown } from './data.ts';
import { Emoji } from './emoji.tsx';
import { useKnowing, useNames } from './knowing.tsx';
import { ReactionPicker, Reactions } from './reactions.tsx';
import { momentOf, timeOf } from './time.ts';

export function Message(given: { message: MessageShown; channel: string; inThread?: boolean; follows?: boolean }) {
  const { message, channel, inThread = false, follows = false } = given;
  const { go } = useKnowing();
  const names = useNames();
  const isSlackbot = message.from_slackbot === true;
  const isEphemeral = message.channel !== undefined;
  const isBot = message.bot_id !== undefined;
  const name = isSlackbot ? 'Slackbot' : names.personName(message.user);
  const person = names.person(message.user);
  const openThread = () => go({ thread: message.thread_ts ?? message.ts });

  return (
    <article
      className={`message ${isEphemeral ? 'ephemeral' : ''} ${follows ? 'follows' : ''}`}
      aria-label={`${name}, ${timeOf(message.ts)}`}
      data-ts={message.ts}
    >
      {isEphemeral && (
        <div className="only-you">
          <Emoji name="eyes" /> Only visible to you
        </div>
      )}
      <div className="message-side">
        {follows ? (
          <time className="message-time" title={momentOf(message.ts)}>
            {timeOf(message.ts)}
          </time>
        ) : (
          <Avatar name={name} isBot={isBot} />
        )}
      </div>
      <div className="message-body">
        {!follows && (
          <header>
            <strong>{name}</strong>
            {isBot && <span className="badge">APP</span>}
            {person?.is_restricted && <span className="badge">GUEST</span>}
            {person?.is_stranger && <span className="badge">OTHER COMPANY</span>}
            {person?.deleted && <span className="badge">DEACTIVATED</span>}
            <time className="message-time" title={momentOf(message.ts)}>
              {timeOf(message.ts)}
            </time>
          </header>
        )}
        <Content message={message} channel={channel} />
        {message.edited && <span className="edited">(edited)</span>}
        {message.files?.map((file) => (
          <FileCard key={file.id} file={file} />
        ))}
        <Reactions message={message} channel={channel} />
        {!inThread && message.reply_count !== undefined && (
          <button type="button" className="replies" onClick={openThread}>
            {message.reply_users?.slice(0, 4).map((user) => (
              <Avatar key={user} name={names.personName(user)} isBot={names.person(user)?.is_bot ?? false} small />
            ))}
            <span className="replies-count">
              {message.reply_count} {message.reply_count === 1 ? 'reply' : 'replies'}
            </span>
            {message.latest_reply && <span className="quiet">Last reply {timeOf(message.latest_reply)}</span>}
          </button>
        )}
      </div>
      {!isEphemeral && (
        <div className="hover-tools">
          <ReactionPicker message={message} channel={channel} />
          {!inThread && (
            <button
              type="button"
              className="icon-button"
              aria-label="Reply in thread"
              title="Reply in thread"
              onClick={openThread}
            >
              <Emoji name="speech_balloon" />
            </button>
          )}
        </div>
      )}
    </article>
  );
}

function Content({ message, channel }: { message: MessageShown; channel: string }) {
  const { me } = useKnowing();
  const [kept, setKept] = useState<PickedValues>({});
  if (!message.blocks?.length) return message.text ? <Mrkdwn text={message.text} /> : null;
  const picked = pickedFrom(me.picked[`${channel}:${message.ts}`] ?? {});
  const values = merged(picked, kept);
  return (
    <SurfaceProvider
      values={values}
      keep={(blockId, actionId, value) => setKept((before) => merged(before, { [blockId]: { [actionId]: value } }))}
      send={(pressing, confirmed) =>
        act('click', {
          user: me.id,
          channel,
          ts: message.ts,
          action_id: pressing.actionId,
          block_id: pressing.blockId,
          ...(pressing.value !== null && pressing.value !== undefined && { value: pressing.value }),
          values: kept,
          confirmed,
        })
      }
    >
      <Blocks of={message.blocks} />
    </SurfaceProvider>
  );
}

function FileCard({ file }: { file: FileShown }) {
  return (
    <a className="file" href={file.url_private} download={file.name}>
      <span className="file-icon" aria-hidden="true">
        <Emoji name="page_facing_up" />
      </span>
      <span>
        <strong>{file.title}</strong>
        <span className="quiet">
          {file.pretty_type} · {sizeOf(file.size)} · Download
        </span>
      </span>
    </a>
  );
}

function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function merged(first: PickedValues, second: PickedValues): PickedValues {
  const blockIds = new Set([...Object.keys(first), ...Object.keys(second)]);
  return Object.fromEntries([...blockIds].map((id) => [id, { ...first[id], ...second[id] }]));
}
