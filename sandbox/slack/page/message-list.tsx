/** Messages one after another, with the days between them; keeps to the newest unless one has scrolled up. */
import { Fragment, useEffect, useRef } from 'react';
import type { MessageShown } from './data.ts';
import { Message } from './message.tsx';
import { dayOf } from './time.ts';

const sameBreathSeconds = 300;

export function MessageList({
  messages,
  channel,
  inThread,
}: {
  messages: MessageShown[];
  channel: string;
  inThread: boolean;
}) {
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const newest = messages.at(-1)?.ts;
  const count = messages.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was added is the reason to scroll
  useEffect(() => {
    if (isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [newest, count, channel]);

  return (
    <div
      ref={list}
      className="messages"
      role="log"
      aria-label={inThread ? 'Thread' : 'Messages'}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 60;
      }}
    >
      {messages.map((message, index) => {
        const before = messages[index - 1];
        const isNewDay = !inThread && (!before || dayOf(before.ts) !== dayOf(message.ts));
        return (
          <Fragment key={message.ts}>
            {inThread && index === 1 && (
              <div className="day thread-count">
                <span>
                  {count - 1} {count === 2 ? 'reply' : 'replies'}
                </span>
              </div>
            )}
            {isNewDay && (
              <div className="day">
                <span>{dayOf(message.ts)}</span>
              </div>
            )}
            <Message
              message={message}
              channel={channel}
              inThread={inThread}
              follows={!isNewDay && !(inThread && index === 1) && before !== undefined && inOneBreath(before, message)}
            />
          </Fragment>
        );
      })}
    </div>
  );
}

function inOneBreath(before: MessageShown, message: MessageShown): boolean {
  const isPlain = before.channel === undefined && message.channel === undefined;
  return isPlain && before.user === message.user && Number(message.ts) - Number(before.ts) < sameBreathSeconds;
}
