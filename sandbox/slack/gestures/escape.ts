/** A slash command's words as the app receives them when it asked for escaping: mentions as ids. */
import type { Workspace } from '../workspace.ts';

export function escapeWords(workspace: Workspace, text: string): string {
  const plain = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return plain
    .replace(/(^|\s)@([\w.-]+)/g, (all, before: string, name: string) => {
      const person = [...workspace.people.values()].find((one) => one.name === name);
      if (person) return `${before}<@${person.id}|${person.name}>`;
      const group = [...workspace.groups.values()].find((one) => one.handle === name);
      return group ? `${before}<!subteam^${group.id}|@${group.handle}>` : all;
    })
    .replace(/(^|\s)#([\w-]+)/g, (all, before: string, name: string) => {
      const channel = [...workspace.channels.values()].find((one) => one.kind !== 'im' && one.name === name);
      return channel ? `${before}<#${channel.id}|${channel.name}>` : all;
    })
    .replace(/(^|\s)(https?:\/\/\S+)/g, '$1<$2>');
}
