/** What a Slack app manifest says that matters here: scopes, events, commands, whether clicks arrive. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const Manifest = z.object({
  features: z
    .object({
      app_home: z
        .object({
          home_tab_enabled: z.boolean().optional(),
          messages_tab_enabled: z.boolean().optional(),
          messages_tab_read_only_enabled: z.boolean().optional(),
        })
        .optional(),
      slash_commands: z
        .array(
          z.object({
            command: z.string().startsWith('/'),
            description: z.string().optional(),
            usage_hint: z.string().optional(),
            should_escape: z.boolean().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z
    .object({
      event_subscriptions: z.object({ bot_events: z.array(z.string()).optional() }).optional(),
      interactivity: z.object({ is_enabled: z.boolean() }).optional(),
    })
    .optional(),
});

type SlashCommand = { command: string; description: string; usageHint: string; shouldEscape: boolean };

export type AppSettings = {
  /** `undefined` where no manifest was given: everything is granted. */
  scopes: ReadonlySet<string> | undefined;
  events: ReadonlySet<string> | undefined;
  commands: readonly SlashCommand[] | undefined;
  interactivity: boolean;
  hasHome: boolean;
  /** Whether people may write to the app in their conversation with it. */
  mayWriteToApp: boolean;
};

export const everythingAllowed: AppSettings = {
  scopes: undefined,
  events: undefined,
  commands: undefined,
  interactivity: true,
  hasHome: true,
  mayWriteToApp: true,
};

export function readManifest(path: string): AppSettings {
  const manifest = Manifest.parse(parse(readFileSync(path, 'utf8')));
  const commands = manifest.features?.slash_commands ?? [];
  const appHome = manifest.features?.app_home;
  return {
    scopes: new Set(manifest.oauth_config.scopes.bot),
    events: new Set(manifest.settings?.event_subscriptions?.bot_events ?? []),
    commands: commands.map(({ command, description, usage_hint, should_escape }) => ({
      command,
      description: description ?? '',
      usageHint: usage_hint ?? '',
      shouldEscape: should_escape ?? false,
    })),
    interactivity: manifest.settings?.interactivity?.is_enabled ?? false,
    hasHome: appHome?.home_tab_enabled ?? false,
    mayWriteToApp: (appHome?.messages_tab_enabled ?? false) && appHome?.messages_tab_read_only_enabled !== true,
  };
}
