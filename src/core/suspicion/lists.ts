/** Which lists a draft was judged by: dated, shipped with a release, never fetched while running. */
import { digestOf } from '#core/digest.ts';
import { SHARED_DOMAINS } from '#core/stages/shared-domains.ts';
import { KNOWN_PLACES, KNOWN_PLACES_DATE } from './known-places.ts';

/** The public-suffix list comes with this package, so its version says of when it is. */
export const SUFFIXES = 'tldts 7.5.4';

const LISTS = {
  date: KNOWN_PLACES_DATE,
  suffixes: SUFFIXES,
  digest: digestOf('config', {
    date: KNOWN_PLACES_DATE,
    suffixes: SUFFIXES,
    places: KNOWN_PLACES,
    shared: [...SHARED_DOMAINS].sort(),
  }),
};

/** For what is signed: other lists would have judged otherwise. */
export function lists(): { readonly date: string; readonly suffixes: string; readonly digest: string } {
  return LISTS;
}
