/** The page: a Slack client for the sandbox's workspace. */
import { createRoot } from 'react-dom/client';
import { AppHome } from './app-home.tsx';
import { Channel } from './channel.tsx';
import { type Everything, useWorkspace } from './data.ts';
import { KnowingProvider } from './knowing.tsx';
import { Modal } from './modal.tsx';
import { usePlace } from './place.ts';
import { SideBar } from './side-bar.tsx';

function Page() {
  const everything = useWorkspace();
  return everything ? <Client everything={everything} /> : <p className="nothing">Opening the workspace…</p>;
}

function Client({ everything }: { everything: Everything }) {
  const [place, go] = usePlace();
  const me = everything.people.find((person) => person.name === place.as) ?? everything.people[0];
  if (!me) return null;
  const channel = everything.channels.find((one) => one.name === place.channel && one.kind !== 'im');
  const modal = me.views.at(-1);
  return (
    <KnowingProvider value={{ everything, me, place, go }}>
      <div className={place.thread && channel ? 'client with-thread' : 'client'}>
        <SideBar />
        {channel && place.channel !== 'app' ? <Channel channel={channel} /> : <AppHome key={me.id} />}
        {modal && <Modal key={modal.id} view={modal} depth={me.views.length} />}
      </div>
    </KnowingProvider>
  );
}

const root = document.querySelector('#root');
if (root) createRoot(root).render(<Page />);
