/** The thirty signals: what each is called, how loud it is, and which of them the record cannot show. */

type SignalId = `S-${string}`;

export type Suspicion = {
  readonly id: SignalId;
  /** `stop`: kept out of every draft that allows; `look`: first on the card; `note`: a word. There is no score. */
  readonly level: 'stop' | 'look' | 'note';
  /** In words, with what was measured. */
  readonly because: string;
  readonly measured: Readonly<Record<string, string | number>>;
};

type Signal = {
  readonly id: SignalId;
  readonly name: string;
  /** `edge`: judged here; `draft`: said by the stage that drafts; otherwise why nobody can tell. */
  readonly seen: 'edge' | 'draft' | { readonly never: string };
};

export const SIGNALS: readonly Signal[] = [
  { id: 'S-01', name: 'late arrival', seen: 'edge' },
  {
    id: 'S-02',
    name: 'clock disagreement',
    seen: { never: 'only the time that a report says is kept, not when it was received' },
  },
  { id: 'S-03', name: 'one pod only', seen: 'edge' },
  { id: 'S-04', name: 'one day only', seen: 'edge' },
  { id: 'S-05', name: 'rare', seen: 'edge' },
  { id: 'S-06', name: 'beacon', seen: 'edge' },
  { id: 'S-07', name: 'look-alike', seen: 'edge' },
  { id: 'S-08', name: 'letters of other scripts', seen: 'edge' },
  { id: 'S-09', name: 'brand below another domain', seen: 'edge' },
  { id: 'S-10', name: 'made-up name', seen: 'edge' },
  { id: 'S-11', name: 'answers point inside', seen: 'edge' },
  { id: 'S-12', name: 'flux', seen: 'edge' },
  { id: 'S-13', name: 'no name', seen: 'edge' },
  { id: 'S-14', name: 'name known from others only', seen: 'edge' },
  { id: 'S-15', name: 'odd port', seen: 'edge' },
  { id: 'S-16', name: 'administrators’ port inwards', seen: 'edge' },
  { id: 'S-17', name: 'label claimed twice', seen: 'draft' },
  { id: 'S-18', name: 'place to upload to', seen: 'edge' },
  { id: 'S-19', name: 'wildcard that holds strangers', seen: 'draft' },
  { id: 'S-20', name: 'wide rule', seen: 'draft' },
  { id: 'S-21', name: 'names asked elsewhere', seen: 'edge' },
  { id: 'S-22', name: 'carried out in names', seen: 'edge' },
  { id: 'S-23', name: 'anonymity and mining', seen: 'edge' },
  { id: 'S-24', name: 'metadata reached by few', seen: 'edge' },
  { id: 'S-25', name: 'foreign namespace', seen: 'edge' },
  { id: 'S-26', name: 'scan-like source', seen: 'edge' },
  { id: 'S-27', name: 'young workload', seen: 'edge' },
  {
    id: 'S-28',
    name: 'rejected elsewhere',
    seen: { never: 'what another namespace’s lockdown rejected or blocked is not remembered' },
  },
  { id: 'S-29', name: 'name that is an address', seen: 'edge' },
  { id: 'S-30', name: 'store that calls out', seen: 'edge' },
];

/** The most important of it, for the card. */
export const NOT_CHECKED_SHORT =
  'Not checked: registration age, bytes transferred (the console reports connections, not volume).';

/** Said beside the findings: what nobody should believe was looked at. */
export const NOT_CHECKED: readonly string[] = [
  'how much was sent: the console counts connections, not bytes',
  'since when a domain is registered, and by whom',
  'names asked for without connecting to the answer: what leaves inside the questions to a trusted resolver is not seen',
  'the time between single connections: an edge keeps its first, its last and how many there were',
  'what shares an exact host with us: a bucket in the path of an address, a stranger behind the same front',
];

const ORDER = { stop: 0, look: 1, note: 2 } as const;

export function loudestFirst(suspicions: readonly Suspicion[]): Suspicion[] {
  return [...suspicions].sort((a, b) => ORDER[a.level] - ORDER[b.level] || (a.id < b.id ? -1 : 1));
}
