/** The live display of `--auto`: one row a stage, and what is being waited for. */
import { STAGES, type Stage } from '#core/stage.ts';
import { linesOf, type Message } from './reading.ts';

const FRAME_MS = 120;
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const DONE = /allowed|skipped/;

/** Redraws in place on a terminal; elsewhere writes a line whenever something changes. */
export function progressOn(out: NodeJS.WriteStream, namespace: string) {
  const begun = Date.now();
  const states = new Map<Stage, string>(STAGES.map((stage) => [stage, 'waiting']));
  const said = new Map<Stage, string>();
  let note = '';
  let drawn = 0;
  let frame = 0;
  const timer = out.isTTY ? setInterval(draw, FRAME_MS) : undefined;

  function draw(): void {
    frame += 1;
    const closed = STAGES.filter((stage) => DONE.test(states.get(stage) ?? '')).length;
    const bar = `${'█'.repeat(closed * 4)}${'░'.repeat((STAGES.length - closed) * 4)}`;
    const seconds = Math.round((Date.now() - begun) / 1000);
    const lines = [
      `${bar}  ${closed} of ${STAGES.length} stages  ${seconds} s`,
      ...STAGES.map((stage) => row(stage)),
      note,
    ];
    const width = Math.max(20, (out.columns ?? 100) - 1);
    const text = lines.map((line) => `\u001b[2K${[...line].slice(0, width).join('')}\n`).join('');
    out.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${text}`);
    drawn = lines.length;
  }

  function row(stage: Stage): string {
    const state = states.get(stage) ?? 'waiting';
    const mark = DONE.test(state) ? '✓' : state === 'waiting' ? '·' : (FRAMES[frame % FRAMES.length] ?? '');
    const words = DONE.test(state) || state === 'waiting' ? '' : (said.get(stage) ?? '');
    return `  ${mark} ${stage.padEnd(18)} ${state.padEnd(16)} ${words}`;
  }

  return {
    /** Reads the lockdown's card, as a person would. */
    look(messages: readonly Message[]): void {
      const card = messages.findLast(({ text }) => text.startsWith(`Lockdown of ${namespace}`));
      for (const line of card ? linesOf(card) : []) {
        const [, name, state] = /^(?:\S+ )?([a-z-]+)[:,]? (.*)$/.exec(line) ?? [];
        const stage = STAGES.find((each) => each === name);
        if (!stage || !state || states.get(stage) === state) continue;
        states.set(stage, state);
        if (!out.isTTY) out.write(`${elapsed()}  ${stage}: ${state}\n`);
      }
    },
    say(words: string, stage?: Stage): void {
      if (stage) said.set(stage, words);
      else note = words;
      if (!out.isTTY) out.write(`${elapsed()}  ${stage ? `${stage}: ` : ''}${words}\n`);
    },
    stop(): void {
      clearInterval(timer);
      if (out.isTTY) draw();
      out.write('\n');
    },
  };

  function elapsed(): string {
    return `${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s`;
  }
}
