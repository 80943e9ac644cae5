/** Reactions under a message, and the small picker that adds one. */
import { act } from './acting.ts';
import type { MessageShown } from './data.ts';
import { Emoji } from './emoji.tsx';
import { useKnowing, useNames } from './knowing.tsx';

const offered = ['white_check_mark', '+1', 'x', '-1', 'eyes'];

export function Reactions({ message, channel }: { message: MessageShown; channel: string }) {
  const { me } = useKnowing();
  const names = useNames();
  if (!message.reactions?.length) return null;
  return (
    <div className="reactions">
      {message.reactions.map(({ name, users, count }) => {
        const isMine = users.includes(me.id);
        const who = users.map((user) => (user === me.id ? 'You' : names.personName(user))).join(', ');
        return (
          <button
            key={name}
            type="button"
            className={isMine ? 'reaction mine' : 'reaction'}
            aria-pressed={isMine}
            aria-label={`${name}, ${count}`}
            title={`${who} reacted with :${name}:`}
            onClick={() => void act(isMine ? 'unreact' : 'react', { user: me.id, channel, ts: message.ts, name })}
          >
            <Emoji name={name} /> <span>{count}</span>
          </button>
        );
      })}
    </div>
  );
}

export function ReactionPicker({ message, channel }: { message: MessageShown; channel: string }) {
  const { me } = useKnowing();
  return (
    <fieldset className="picker" aria-label="Add a reaction">
      {offered.map((name) => {
        const isMine = message.reactions?.find((reaction) => reaction.name === name)?.users.includes(me.id) ?? false;
        return (
          <button
            key={name}
            type="button"
            className="icon-button"
            aria-label={`React with ${name}`}
            aria-pressed={isMine}
            title={`:${name}:`}
            onClick={() => void act(isMine ? 'unreact' : 'react', { user: me.id, channel, ts: message.ts, name })}
          >
            <Emoji name={name} />
          </button>
        );
      })}
    </fieldset>
  );
}
