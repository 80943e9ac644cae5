/** The example, the schema for editors and the Slack app: that they say what is so. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { contradictions } from '#config/contradictions.ts';
import { commentsOf, describedSchema } from '#config/print-schema.ts';
import { NamespaceSettings, Settings } from '#config/schema.ts';
import { allSettings } from '#config/shape.ts';
import { readSource } from '#config/source.ts';
import { NEEDED_SCOPES, OPTIONAL_SCOPES } from '#slack/self-test.ts';
import { briefly, configuration, mistakesIn, started } from '#test/support/configuration.ts';

const FILE = 'config/lockstep.example.yaml';
const text = readFileSync(FILE, 'utf8');

describe('config/lockstep.example.yaml', () => {
  const read = readSource(FILE);
  if ('mistakes' in read) throw new Error(read.mistakes.map(({ sentence }) => sentence).join());

  test('would start: it fits the schema and contradicts itself nowhere', () => {
    expect(Settings.parse(read.source.value).namespaces).toHaveLength(2);
    expect(contradictions(read.source.value, true)).toEqual([]);
  });

  test('would start as it is copied, once the credentials are there', () => {
    const written = configuration();
    const mine = started(written).config.settings;
    const [[id, key] = []] = Object.entries(mine.receipts.publicKeys);
    const copy = text
      .replace(/"[0-9a-f]{8}": ".*"/, `"${id}": "${key}"`)
      .replaceAll('../secrets/console-', '')
      .replaceAll('../secrets/kubeconfig', 'kubeconfig');
    written.write('kubeconfig.yaml', 'contexts: [{ name: acme-dev, context: { cluster: dev, user: reader } }]');
    expect(started({ ...written, file: written.write('copy.yaml', copy) }).warnings).toEqual([]);
  });

  test('looks for files where npm run keys -- secrets puts them, beside the folder config', () => {
    const relative = [read.source.value].flatMap((value) => JSON.stringify(value).match(/[^"]*secrets[^"]*/g) ?? []);
    expect(relative).toHaveLength(3);
    for (const path of relative) expect(resolve(dirname(FILE), path)).toMatch(new RegExp(`^${resolve('secrets')}/`));
  });

  test('whose key nobody has is refused before the first vote is', () => {
    const written = configuration();
    const copy = text.replaceAll('../secrets/console-', '').replace(/kubernetes:\n(?: .*\n)+/, '');
    const mistakes = mistakesIn({ ...written, file: written.write('copy.yaml', copy) }, { for: 'worker' });
    expect(briefly(mistakes)).toEqual([
      expect.stringContaining('this is the example, whose private half nobody has'),
      expect.stringContaining('a worker does not need it'),
    ]);
  });

  const comments = commentsOf(text);
  const groups = new Set(allSettings().map(({ path }) => path.replace(/(\[\]|\.\*)*\.[^.[\]]+$/, '')));

  test.each(allSettings())('shows $path and says what it means', ({ path }) => {
    expect(comments.get(path)?.length).toBeGreaterThan(3);
  });

  test.each(allSettings().filter(({ path }) => !groups.has(path)))('says the default of $path as it is', (setting) => {
    const comment = comments.get(setting.path) ?? '';
    const stated = /Default: (.+)$/.exec(comment)?.[1];
    if ('default' in setting) expect(stated && parse(stated)).toEqual(setting.default);
    else expect(comment).toMatch(/Default: left out|Required\./);
    expect(/Required\./.test(comment)).toBe(isRequired(setting.path));
  });

  test('names the schema in its first line, for editors', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./lockstep.schema.json');
  });
});

describe('config/lockstep.schema.json', () => {
  const schema = readFileSync('config/lockstep.schema.json', 'utf8');

  test('is what npm run config:schema prints', () => {
    expect(schema).toBe(describedSchema(text));
  });

  test('tells an editor what a setting means', () => {
    expect(JSON.parse(schema).properties.watch.properties.confirmMinutes.description).toMatch(/^Minutes within which/);
    expect(JSON.parse(schema).properties.watch.description).toBe('The time after discovery mode was disabled.');
  });
});

describe('config/slack-manifest.yaml', () => {
  const source = readFileSync('config/slack-manifest.yaml', 'utf8');
  const manifest = parse(source);

  test('asks for the scopes that are used, each with its reason, and for none of a person', () => {
    const lines = source.split('\n');
    for (const scope of manifest.oauth_config.scopes.bot as string[]) {
      const at = lines.findIndex((line) => line.trim() === `- ${scope}`);
      expect(lines[at - 1], scope).toMatch(/^ +# .{10,}/);
    }
    expect(Object.keys(manifest.oauth_config.scopes)).toEqual(['bot']);
    expect(manifest.oauth_config.scopes.bot).not.toContain('chat:write.public');
    expect(manifest.oauth_config.scopes.bot).not.toContain('users:read.email');
  });

  test('grants what the self-test asks Slack for', () => {
    const granted = manifest.oauth_config.scopes.bot as string[];
    expect(granted).toEqual(expect.arrayContaining([...NEEDED_SCOPES, ...Object.keys(OPTIONAL_SCOPES)]));
  });

  test('has a scope for every event', () => {
    const needed: Record<string, string> = {
      reaction_added: 'reactions:read',
      reaction_removed: 'reactions:read',
      subteam_members_changed: 'usergroups:read',
    };
    for (const event of manifest.settings.event_subscriptions.bot_events as string[])
      if (event !== 'app_home_opened') expect(manifest.oauth_config.scopes.bot, event).toContain(needed[event]);
  });

  test('keeps to Slack’s limits and asks for ids instead of names', () => {
    const [command] = manifest.features.slash_commands;
    expect(command).toMatchObject({ command: '/lockdown', should_escape: true });
    expect(manifest.display_information.name.length).toBeLessThanOrEqual(35);
    expect(manifest.display_information.description.length).toBeLessThanOrEqual(140);
    expect(command.description.length).toBeLessThanOrEqual(2000);
    expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
  });
});

function isRequired(path: string): boolean {
  const required = new Set(['console.credentials.observe', 'console.credentials.finalise', 'receipts.publicKeys']);
  for (const [key, schema] of Object.entries(NamespaceSettings.shape))
    if (!schema.safeParse(undefined).success) required.add(`namespaces[].${key}`);
  return required.has(path) || /fromGroups\[\]\.(group|needed)$/.test(path);
}
