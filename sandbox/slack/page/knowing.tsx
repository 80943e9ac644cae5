/** Who is looking, and the names behind the ids: shared by everything drawn. */
import { createContext, type ReactNode, useContext } from 'react';
import type { ChannelShown, Everything, PersonShown } from './data.ts';
import type { Place } from './place.ts';

export type Knowing = {
  everything: Everything;
  me: PersonShown;
  place: Place;
  go: (change: Partial<Place>) => void;
};

const KnowingContext = createContext<Knowing | undefined>(undefined);

export function KnowingProvider({ value, children }: { value: Knowing; children: ReactNode }) {
  return <KnowingContext.Provider value={value}>{children}</KnowingContext.Provider>;
}

export function useKnowing(): Knowing {
  const knowing = useContext(KnowingContext);
  if (!knowing) throw new Error('Nothing is drawn outside the workspace.');
  return knowing;
}

export function useNames() {
  const { everything } = useKnowing();
  return {
    person: (id: string): PersonShown | undefined => everything.people.find((one) => one.id === id),
    personName: (id: string) => everything.people.find((one) => one.id === id)?.real_name ?? id,
    handle: (id: string) => everything.people.find((one) => one.id === id)?.name ?? id,
    channel: (id: string): ChannelShown | undefined => everything.channels.find((one) => one.id === id),
    channelName: (id: string) => everything.channels.find((one) => one.id === id)?.name ?? id,
    groupHandle: (id: string) => everything.groups.find((one) => one.id === id)?.handle ?? id,
  };
}
