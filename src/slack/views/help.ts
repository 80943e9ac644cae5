/** What `/lockdown help` answers. */
import { bold, code, list, type Message, message, says } from './build.ts';

const COMMANDS = [
  ['start <namespace> [--days N]', 'begin: discovery for N days, then stage by stage'],
  ['status [namespace]', 'where a lockdown stands; without a namespace, all open ones'],
  ['flows <namespace> [stage]', 'what was seen, and what each stage would do about it'],
  ['next <namespace>', 'end discovery early, or open the next stage'],
  ['undo <namespace> <stage>', 'take back exactly what a stage created, while discovery mode is on'],
  ['reopen <namespace> <stage>', 'draft a stage again that was denied, expired or skipped, or is being voted on'],
  ['pause <namespace>', 'nothing more happens until it is resumed'],
  ['resume <namespace>', 'go on'],
  ['cancel <namespace> [--keep|--take-back]', 'end it; what was written stays or is taken back'],
  ['release <namespace> <reason>', 'give back exactly the former default actions'],
  ['selftest', 'check that this app can do here what it needs to'],
] as const;

export function help(): Message {
  return message('How to use /lockdown', [
    says(
      [bold('Lockstep'), ' takes a namespace from discovery mode to locked down, one approved stage at a time.'],
      'Approvers press Approve or Deny on the card of each stage, or react to it where the configuration allows that.',
    ),
    list(
      'Commands:',
      COMMANDS.map(([usage, meaning]) => [code(`/lockdown ${usage}`), ` – ${meaning}`]),
      COMMANDS.length,
    ),
  ]);
}
