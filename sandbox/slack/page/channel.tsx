/** A channel, and beside it the thread that is open. */
import { Composer } from './composer.tsx';
import type { ChannelShown, MessageShown } from './data.ts';
import { useKnowing } from './knowing.tsx';
import { MessageList } from './message-list.tsx';

export function Channel({ channel }: { channel: ChannelShown }) {
  const { me, place } = useKnowing();
  const whispered = me.ephemerals.filter((message) => message.channel === channel.id);
  const isInThread = ({ ts, thread_ts }: MessageShown) => thread_ts !== undefined && thread_ts !== ts;
  const shown = [...channel.messages, ...whispered]
    .filter((message) => !isInThread(message) || message.subtype === 'thread_broadcast')
    .sort((one, other) => Number(one.ts) - Number(other.ts));
  const isMember = channel.members.includes(me.id);

  return (
    <>
      <main className="channel">
        <header className="bar">
          <h1># {channel.name}</h1>
          <span className="topic">{channel.topic}</span>
          <span className="quiet members">{channel.members.length} members</span>
        </header>
        <MessageList messages={shown} channel={channel.id} inThread={false} />
        {channel.is_archived ? (
          <p className="composer-note">This channel is archived.</p>
        ) : isMember ? (
          <Composer key={channel.id} channel={channel.id} name={`#${channel.name}`} />
        ) : (
          <p className="composer-note">You are not in this channel.</p>
        )}
      </main>
      {place.thread && <Thread channel={channel} ts={place.thread} whispered={whispered} />}
    </>
  );
}

function Thread({ channel, ts, whispered }: { channel: ChannelShown; ts: string; whispered: MessageShown[] }) {
  const { go } = useKnowing();
  const inThread = [...channel.messages, ...whispered]
    .filter((message) => message.ts === ts || message.thread_ts === ts)
    .sort((one, other) => Number(one.ts) - Number(other.ts));
  return (
    <aside className="thread" aria-label="Thread">
      <header className="bar">
        <h2>Thread</h2>
        <span className="topic"># {channel.name}</span>
        <button type="button" className="icon-button" aria-label="Close thread" onClick={() => go({ thread: '' })}>
          ✕
        </button>
      </header>
      <MessageList messages={inThread} channel={channel.id} inThread />
      {!channel.is_archived && <Composer key={ts} channel={channel.id} name="" thread={ts} />}
    </aside>
  );
}
