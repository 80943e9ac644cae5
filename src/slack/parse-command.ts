/** What people type after `/lockdown` becomes something to do, or a sentence that helps. */
import { closest, distance } from 'fastest-levenshtein';
import { whyNotANamespace } from '#core/namespace.ts';
import { STAGES, type Stage } from '#core/stage.ts';
import { visible } from './escape.ts';

export type Command =
  | { readonly verb: 'start'; readonly namespace: string; readonly days?: number }
  | { readonly verb: 'status'; readonly namespace?: string }
  | { readonly verb: 'flows'; readonly namespace: string; readonly stage?: Stage }
  | { readonly verb: 'next' | 'pause' | 'resume'; readonly namespace: string }
  | { readonly verb: 'undo' | 'reopen'; readonly namespace: string; readonly stage: Stage }
  | { readonly verb: 'cancel'; readonly namespace: string; readonly written?: 'keep' | 'take-back' }
  | { readonly verb: 'release'; readonly namespace: string; readonly reason?: string }
  | { readonly verb: 'selftest' | 'help' };
type CommandVerb = Command['verb'];

export type Parsed = { readonly command: Command } | { readonly answer: string };

const VERBS = [
  'start',
  'status',
  'flows',
  'next',
  'undo',
  'reopen',
  'pause',
  'resume',
  'cancel',
  'release',
  'selftest',
  'help',
] as const;

/** Longer than this is a week of Sundays, or a slip of the finger. */
const DAYS_MAX = 90;
/** Nobody types more; and what undoes Slack's spellings takes its time with a text that was made for that. */
const TEXT_MAX = 4000;

export function parseCommand(text: string): Parsed {
  if (text.length > TEXT_MAX) return { answer: `That is longer than ${TEXT_MAX} characters, and was not read.` };
  const words = asTyped(text)
    .split(/\s+/)
    .filter((word) => word !== '');
  const [first = 'help', ...rest] = words;
  const verb = VERBS.find((each) => each === first.toLowerCase());
  return verb ? PARSERS[verb](rest) : unknownWord(first);
}

/** Undoes what Slack's clients make of what was typed: typographic dashes and quotes, links, mentions, code marks. */
function asTyped(text: string): string {
  return text
    .replace(/[\u00a0\u2000-\u200a\u202f\u3000]/g, ' ')
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/(^|\s)[\u2013\u2014](?=[a-z])/gi, '$1--')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u2018\u2019\u201a\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/<(?:https?|mailto|tel):[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<(?:https?:\/\/|mailto:|tel:)([^|>]*)>/g, '$1')
    .replace(/<[@#!]([^|>]*)(?:\|[^>]*)?>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/[`"]/g, '')
    .trim();
}

const PARSERS: Readonly<Record<CommandVerb, (words: readonly string[]) => Parsed>> = {
  start: (words) => {
    const found = options(words, ['days']);
    if ('answer' in found) return found;
    return withNamespace('start', found.given, (namespace) => {
      const text = found.of.get('days');
      if (text === undefined) return { command: { verb: 'start', namespace } };
      const days = Number(text);
      if (!/^\d+$/.test(text) || days < 1 || days > DAYS_MAX)
        return { answer: `How many days? Write \`--days\` and a whole number from 1 to ${DAYS_MAX}.` };
      return { command: { verb: 'start', namespace, days } };
    });
  },
  status: (words) => (words.length === 0 ? { command: { verb: 'status' } } : simple('status', words)),
  flows: (words) => {
    const [namespace = '', stage, ...more] = words;
    if (stage === undefined) return simple('flows', words);
    return withNamespace('flows', [namespace, ...more], (valid) =>
      withStage(stage, (known) => ({ command: { verb: 'flows', namespace: valid, stage: known } })),
    );
  },
  undo: (words) => ofStage('undo', words),
  reopen: (words) => ofStage('reopen', words),
  next: (words) => simple('next', words),
  pause: (words) => simple('pause', words),
  resume: (words) => simple('resume', words),
  cancel: (words) => {
    const flags = words.filter((word) => word.startsWith('--'));
    const given = words.filter((word) => !word.startsWith('--'));
    const wrong = flags.find((flag) => flag !== '--keep' && flag !== '--take-back');
    if (wrong) return { answer: `\`cancel\` knows \`--keep\` and \`--take-back\`, not \`${quoted(wrong)}\`.` };
    if (new Set(flags).size > 1) return { answer: 'Either `--keep` or `--take-back`, not both.' };
    const [flag] = flags;
    return withNamespace('cancel', given, (namespace) =>
      flag
        ? { command: { verb: 'cancel', namespace, written: flag === '--keep' ? 'keep' : 'take-back' } }
        : { command: { verb: 'cancel', namespace } },
    );
  },
  release: ([namespace = '', ...reason]) =>
    withNamespace('release', [namespace], (valid) =>
      reason.length === 0
        ? { command: { verb: 'release', namespace: valid } }
        : { command: { verb: 'release', namespace: valid, reason: reason.join(' ').slice(0, 500) } },
    ),
  selftest: (words) => (words.length === 0 ? { command: { verb: 'selftest' } } : tooMany('selftest', words)),
  help: () => ({ command: { verb: 'help' } }),
};

function simple(verb: 'status' | 'flows' | 'next' | 'pause' | 'resume', words: readonly string[]): Parsed {
  return withNamespace(verb, words, (namespace) => ({ command: { verb, namespace } }));
}

function ofStage(verb: 'undo' | 'reopen', [namespace = '', stage, ...more]: readonly string[]): Parsed {
  return withNamespace(verb, [namespace, ...more], (valid) =>
    stage === undefined
      ? { answer: `Which stage? Write \`/lockdown ${verb} ${valid}\` and one of ${STAGE_LIST}.` }
      : withStage(stage, (known) => ({ command: { verb, namespace: valid, stage: known } })),
  );
}

const STAGE_LIST = STAGES.map((each) => `\`${each}\``).join(', ');

function withStage(word: string, then: (stage: Stage) => Parsed): Parsed {
  const known = STAGES.find((each) => each === word.toLowerCase());
  if (known) return then(known);
  return { answer: `There is no stage \`${quoted(word)}\`. ${nearest(word, STAGES)}The stages are ${STAGE_LIST}.` };
}

function withNamespace(verb: CommandVerb, words: readonly string[], then: (namespace: string) => Parsed): Parsed {
  const [namespace = '', ...more] = words;
  const why = whyNotANamespace(namespace);
  if (why) return { answer: `${why}${namespace === '' ? '' : ` You wrote \`${quoted(namespace)}\`.`}` };
  return more.length > 0 ? tooMany(verb, more) : then(namespace);
}

function tooMany(verb: CommandVerb, more: readonly string[]): Parsed {
  return {
    answer: `\`${verb}\` does not know what to do with \`${quoted(more.join(' '))}\`. \`/lockdown help\` lists what it takes.`,
  };
}

/** Options with a value, `--days 3` or `--days=3`; everything else is given back in order. */
function options(
  words: readonly string[],
  known: readonly string[],
): { readonly given: readonly string[]; readonly of: ReadonlyMap<string, string> } | { readonly answer: string } {
  const given: string[] = [];
  const of = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('--')) {
      given.push(word);
      continue;
    }
    const [name = '', value] = word.slice(2).split('=', 2);
    if (!known.includes(name))
      return {
        answer: `There is no option \`${quoted(word)}\`; this command knows \`--${known.join('`, `--')}\`.`,
      };
    of.set(name, value ?? words[++at] ?? '');
  }
  return { given, of };
}

function unknownWord(word: string): Parsed {
  if (word.startsWith('/'))
    return {
      answer: `What should happen with \`${quoted(word)}\`? To begin a lockdown: \`/lockdown start ${quoted(word)}\`. \`/lockdown help\` lists everything.`,
    };
  return {
    answer: `There is no command \`${quoted(word)}\`. ${nearest(word, VERBS)}\`/lockdown help\` lists everything.`,
  };
}

function nearest(word: string, known: readonly string[]): string {
  const near = closest(word.toLowerCase(), known);
  return distance(word.toLowerCase(), near) <= Math.max(2, near.length / 2) ? `Did you mean \`${near}\`? ` : '';
}

/** What was typed, so that it can stand between back-ticks in an answer. */
function quoted(word: string): string {
  return visible(word).replaceAll('`', '').slice(0, 80);
}
