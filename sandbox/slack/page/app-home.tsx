/** The app's own place: its Home tab, and the direct conversation with it. */
import { useEffect, useState } from 'react';
import type { PickedValues } from '#sandbox/slack/gestures/state.ts';
import { act } from './acting.ts';
import { Avatar } from './avatar.tsx';
import { Blocks } from './blocks/blocks.tsx';
import { pickedFrom, SurfaceProvider } from './blocks/surface.tsx';
import { Composer } from './composer.tsx';
import type { ViewShown } from './data.ts';
import { useKnowing } from './knowing.tsx';
import { MessageList } from './message-list.tsx';

export function AppHome() {
  const { everything, me, place, go } = useKnowing();
  const direct = everything.channels.find((channel) => channel.id === me.direct);
  const whispered = me.ephemerals.filter((message) => message.channel === me.direct);
  const messages = [...(direct?.messages ?? []), ...whispered].sort((one, other) => Number(one.ts) - Number(other.ts));
  const { home: hasHome, may_write: mayWrite } = everything.app_home;
  const isHome = hasHome && place.tab === 'home';
  // A Home tab is opened by somebody looking at it, so it is told to the app once for each look.
  useEffect(() => {
    if (isHome) void act('home', { user: me.id });
  }, [isHome, me.id]);

  return (
    <main className="channel">
      <header className="bar">
        <Avatar name="Lockstep" isBot small />
        <h1>Lockstep</h1>
        <span className="badge">APP</span>
        <div className="tabs" role="tablist">
          {hasHome && (
            <button type="button" className="tab" role="tab" aria-selected={isHome} onClick={() => go({ tab: 'home' })}>
              Home
            </button>
          )}
          <button
            type="button"
            className="tab"
            role="tab"
            aria-selected={!isHome}
            onClick={() => go({ tab: 'messages' })}
          >
            Messages
          </button>
        </div>
      </header>
      {isHome ? (
        <div className="home">
          {me.home ? (
            <Home key={me.home.id} view={me.home} />
          ) : (
            <p className="nothing">Nothing here yet. The app has not published a Home tab for you.</p>
          )}
        </div>
      ) : (
        <>
          <MessageList messages={messages} channel={me.direct} inThread={false} />
          {mayWrite ? (
            <Composer channel={me.direct} name="Lockstep" />
          ) : (
            <p className="composer-note">Sending messages to this app has been turned off.</p>
          )}
        </>
      )}
    </main>
  );
}

function Home({ view }: { view: ViewShown }) {
  const { me } = useKnowing();
  const [values, setValues] = useState<PickedValues>(() => pickedFrom(view.state.values));
  return (
    <SurfaceProvider
      values={values}
      keep={(blockId, actionId, value) =>
        setValues((before) => ({ ...before, [blockId]: { ...before[blockId], [actionId]: value } }))
      }
      send={(pressing, confirmed) =>
        act('click', {
          user: me.id,
          view_id: view.id,
          action_id: pressing.actionId,
          block_id: pressing.blockId,
          ...(pressing.value !== null && pressing.value !== undefined && { value: pressing.value }),
          confirmed,
        })
      }
    >
      <Blocks of={view.blocks} />
    </SurfaceProvider>
  );
}
