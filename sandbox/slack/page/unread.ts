/** What has come since a person last looked at a conversation, in this tab of the browser. */
import { useRef } from 'react';
import type { ChannelShown, Everything, PersonShown } from './data.ts';
import type { Place } from './place.ts';

export function useUnread(everything: Everything, me: PersonShown, place: Place): (channel: string) => number {
  const lastSeen = useRef(new Map<string, string>());
  const isOpen = (channel: ChannelShown) =>
    channel.kind === 'im' ? place.channel === 'app' && place.tab === 'messages' : place.channel === channel.name;
  const mine = everything.channels.filter((channel) => channel.members.includes(me.id));
  for (const channel of mine) {
    const key = `${me.id} ${channel.id}`;
    const isFirstLook = !lastSeen.current.has(key) && channel.kind !== 'im';
    if (isOpen(channel) || isFirstLook) lastSeen.current.set(key, channel.messages.at(-1)?.ts ?? '0');
  }
  return (id) => {
    const since = Number(lastSeen.current.get(`${me.id} ${id}`) ?? 0);
    const channel = mine.find((one) => one.id === id);
    return channel?.messages.filter((message) => Number(message.ts) > since && message.user !== me.id).length ?? 0;
  };
}
