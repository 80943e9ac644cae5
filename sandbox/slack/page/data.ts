/** What the page knows of the workspace, and how it stays up to date. */
import type { KnownBlock } from '@slack/types';
import { useEffect, useState } from 'react';
import type { WorkspaceState } from '#sandbox/slack/control/snapshot.ts';
import type { StateValues } from '#sandbox/slack/types.ts';

export type FileShown = {
  id: string;
  name: string;
  title: string;
  size: number;
  pretty_type: string;
  url_private: string;
};

export type MessageShown = {
  ts: string;
  user: string;
  text: string;
  blocks?: KnownBlock[];
  thread_ts?: string;
  subtype?: string;
  reply_count?: number;
  reply_users?: string[];
  latest_reply?: string;
  reactions?: { name: string; users: string[]; count: number }[];
  files?: FileShown[];
  edited?: { ts: string };
  bot_id?: string;
  /** Only for ephemeral messages. */
  channel?: string;
  from_slackbot?: boolean;
};

export type ViewShown = {
  id: string;
  type: 'modal' | 'home';
  title: { text: string };
  submit: { text: string } | null;
  close: { text: string } | null;
  blocks: KnownBlock[];
  hash: string;
  state: { values: StateValues };
};

export type ChannelShown = Omit<WorkspaceState['channels'][number], 'messages' | 'wire'> & { messages: MessageShown[] };

export type PersonShown = Omit<WorkspaceState['people'][number], 'ephemerals' | 'views' | 'home'> & {
  ephemerals: MessageShown[];
  views: ViewShown[];
  home: ViewShown | null;
};

export type Everything = Pick<WorkspaceState, 'version' | 'commands' | 'groups' | 'app_home'> & {
  channels: ChannelShown[];
  people: PersonShown[];
};

/** Reads the whole workspace again whenever the server says that something changed. */
export function useWorkspace(): Everything | undefined {
  const [everything, setEverything] = useState<Everything>();
  useEffect(() => {
    let isReading = false;
    let isStale = false;
    const read = async () => {
      isStale = true;
      if (isReading) return;
      isReading = true;
      while (isStale) {
        isStale = false;
        const response = await fetch('/_sandbox/state');
        // The server checked every block at the door, so here they are what @slack/types says.
        setEverything((await response.json()) as Everything);
      }
      isReading = false;
    };
    const live = new EventSource('/_sandbox/live');
    live.addEventListener('changed', () => void read());
    return () => live.close();
  }, []);
  return everything;
}
