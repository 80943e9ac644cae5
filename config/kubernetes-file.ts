/** Whether the kubeconfig that workers are to use is there and would be accepted. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Finding } from './mistakes.ts';
import type { Settings } from './schema.ts';

const Named = z.object({ name: z.string() });
const Kubeconfig = z.object({
  'current-context': z.string().optional(),
  contexts: z.array(Named.extend({ context: z.object({ user: z.string().optional() }) })),
  users: z
    .array(Named.extend({ user: z.object({ exec: z.unknown(), 'auth-provider': z.unknown() }).partial() }))
    .default([]),
});

/** Nothing of what the file holds is ever part of a sentence. */
export function kubeconfigFindings({ kubeconfig: file, context }: NonNullable<Settings['kubernetes']>): Finding[] {
  if (file === undefined) return [];
  const mistake = (sentence: string, key: 'kubeconfig' | 'context' = 'kubeconfig'): Finding[] => [
    { weight: 'mistake', path: ['kubernetes', key], sentence: `${file} ${sentence}` },
  ];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return mistake(error.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${error.code}`);
  }
  const { data } = Kubeconfig.safeParse(contentOf(text));
  if (!data) return mistake('is not a kubeconfig');
  const wanted = context ?? data['current-context'];
  const found = data.contexts.find(({ name }) => name === wanted);
  if (!found)
    return mistake(
      context ? 'has no such context' : 'says of no context that it is the current one',
      context ? 'context' : 'kubeconfig',
    );
  const user = data.users.find(({ name }) => name === found.context.user)?.user;
  if (user?.exec || user?.['auth-provider'])
    return mistake('would start a program to get a credential; give it a token or a client certificate');
  return [];
}

function contentOf(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
