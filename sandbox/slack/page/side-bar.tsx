/** The side bar: who one is, the channels one is in, and the app. */
import { Avatar } from './avatar.tsx';
import { Emoji } from './emoji.tsx';
import { useKnowing } from './knowing.tsx';
import { useUnread } from './unread.ts';

export function SideBar() {
  const { everything, me, place, go } = useKnowing();
  const channels = everything.channels.filter((channel) => channel.kind !== 'im' && channel.members.includes(me.id));
  const people = everything.people.filter((person) => !person.is_bot);
  const unread = useUnread(everything, me, place);
  return (
    <nav className="side" aria-label="Workspace">
      <div className="workspace">
        Acme <span>sandbox</span>
      </div>
      <label className="you">
        <span>You are</span>
        <span className="you-choice">
          <Avatar name={me.real_name} isBot={false} small />
          <select value={me.id} onChange={({ target }) => go({ as: nameOf(target.value), thread: '' })}>
            {people.map((person) => (
              <option key={person.id} value={person.id} disabled={person.deleted}>
                {person.real_name}
                {kindOf(person)}
              </option>
            ))}
          </select>
        </span>
      </label>
      <h2>Channels</h2>
      <ul>
        {channels.map((channel) => (
          <li key={channel.id}>
            <button
              type="button"
              aria-current={place.channel === channel.name ? 'page' : undefined}
              onClick={() => go({ channel: channel.name, thread: '' })}
            >
              <span className="sign">{channel.kind === 'private' ? <Emoji name="lock" /> : '#'}</span> {channel.name}
              {channel.is_archived && <span className="quiet"> archived</span>}
              <Count of={unread(channel.id)} />
            </button>
          </li>
        ))}
      </ul>
      <h2>Apps</h2>
      <ul>
        <li>
          <button
            type="button"
            aria-current={place.channel === 'app' ? 'page' : undefined}
            onClick={() => go({ channel: 'app', thread: '', tab: 'home' })}
          >
            <Avatar name="Lockstep" isBot small /> Lockstep
            <Count of={unread(me.direct)} />
          </button>
        </li>
      </ul>
    </nav>
  );

  function nameOf(id: string): string {
    return people.find((person) => person.id === id)?.name ?? id;
  }
}

function Count({ of }: { of: number }) {
  if (of === 0) return null;
  return (
    <span className="count" title="New messages">
      {of}
    </span>
  );
}

function kindOf(person: { deleted: boolean; is_restricted: boolean; is_stranger: boolean }): string {
  if (person.deleted) return ' (deactivated)';
  if (person.is_restricted) return ' (guest)';
  return person.is_stranger ? ' (other company)' : '';
}
