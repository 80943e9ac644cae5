/** Where the person is looking, kept in the address so that a link or a reload leads back to it. */
import { useEffect, useState } from 'react';

export type Place = { as: string; channel: string; thread: string; tab: 'home' | 'messages' };

export function usePlace(): [Place, (change: Partial<Place>) => void] {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const follow = () => setPlace(readPlace());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  const go = (change: Partial<Place>) => {
    const next = { ...readPlace(), ...change };
    const said = Object.entries(next).filter(([, value]) => value !== '');
    window.location.hash = new URLSearchParams(said).toString();
  };
  return [place, go];
}

function readPlace(): Place {
  const said = new URLSearchParams(window.location.hash.slice(1));
  return {
    as: said.get('as') ?? 'alice',
    channel: said.get('channel') ?? 'lockdowns',
    thread: said.get('thread') ?? '',
    tab: said.get('tab') === 'messages' ? 'messages' : 'home',
  };
}
