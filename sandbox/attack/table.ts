/** How what was tried is printed: by credential, each with what stopped it. */
import { CREDENTIALS, type NotTried, type Tried } from './attempt.ts';

export type Findings = {
  readonly tried: readonly Tried[];
  readonly notTried: readonly NotTried[];
  /** What honest people did, and what came of it. */
  readonly controls: readonly Control[];
};
/** What has to work, so that an attempt that is stopped proves something. */
export type Control = { readonly did: string; readonly worked: boolean; readonly seen: string };

export function drawFindings({ tried, notTried, controls }: Findings): string {
  const sections = CREDENTIALS.flatMap((credential) => {
    const rows = tried.filter((each) => each.credential === credential);
    const left = notTried.filter((each) => each.credential === credential);
    if (rows.length + left.length === 0) return [];
    return [
      [
        credential,
        ...rows.flatMap(({ verdict, case: id, tried: what, seen }) => [
          `  ${MARKS[verdict]} ${id.padEnd(5)} ${what}`,
          `          ${verdict}: ${plain(seen)}`,
        ]),
        ...left.flatMap(({ case: id, tried: what, because }) => [
          `  – ${id.padEnd(5)} ${what}`,
          `          not tried: ${because}`,
        ]),
      ].join('\n'),
    ];
  });
  const honest = controls.flatMap(({ did, worked, seen }) => [
    `  ${worked ? '✓' : '✗'} ${did}`,
    `          ${plain(seen)}`,
  ]);
  return [
    ...sections,
    ['What honest people did meanwhile', ...honest].join('\n'),
    summary({ tried, notTried, controls }),
  ]
    .join('\n\n')
    .concat('\n');
}

const MARKS = { stopped: '✓', 'went through': '✗', broke: '!' } as const;

export function isWell({ tried, controls }: Pick<Findings, 'tried' | 'controls'>): boolean {
  return (
    tried.length > 0 && tried.every(({ verdict }) => verdict === 'stopped') && controls.every(({ worked }) => worked)
  );
}

function summary(findings: Findings): string {
  const count = (verdict: Tried['verdict']) => findings.tried.filter((each) => each.verdict === verdict).length;
  const words = `${count('stopped')} stopped, ${count('went through')} went through, ${count('broke')} broke, ${findings.notTried.length} not tried.`;
  return isWell(findings) ? `${words} All is well.` : words;
}

/** What was seen may hold whatever an attacker wrote. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 400);
}
