/** The configuration: the YAML file and the environment, or everything that is wrong with them, at once. */
import { dirname, resolve } from 'node:path';
import { digestOf } from '#core/digest.ts';
import { credentialFindings } from './console-files.ts';
import { contradictions } from './contradictions.ts';
import type { Environment } from './env.ts';
import { explain } from './explain.ts';
import { kubeconfigFindings } from './kubernetes-file.ts';
import { type Finding, type Mistake, shown, visible } from './mistakes.ts';
import { KEY_OF_THE_EXAMPLE } from './receipt-key.ts';
import { type Config, Settings } from './schema.ts';
import { type For, readSecrets } from './secrets.ts';
import { written } from './shape.ts';
import { readSource, type Source } from './source.ts';

export type { Mistake } from './mistakes.ts';
export { printMistakes } from './mistakes.ts';

/** What a process ends with when its configuration is wrong (EX_CONFIG of sysexits). */
export const EXIT_CONFIG = 78;

export type Asked = {
  /** Else LOCKSTEP_CONFIG, else config/lockstep.yaml. */
  readonly file?: string | undefined;
  readonly env: Environment;
  readonly for: For;
  readonly now?: () => number;
};

export type Loaded = { readonly config: Config; readonly warnings: readonly Mistake[] };

/** With `mistakes` nothing may be started; among them are the warnings, too. */
export function loadConfig(asked: Asked): Loaded | { readonly mistakes: readonly Mistake[] } {
  const { env, now = Date.now } = asked;
  const file = asked.file ?? (env.LOCKSTEP_CONFIG?.trim() || 'config/lockstep.yaml');
  const production = env.NODE_ENV === 'production';

  const read = readSource(file);
  const source = 'source' in read ? read.source : undefined;
  const settings = source && Settings.safeParse(source.value);
  const said = (name: 'slack' | 'console' | 'kubernetes' | 'receipts' | 'ledger') =>
    source && partOf(source.value, name);
  // Each setting is looked at by itself, so that a wrong neighbour hides nothing about it.
  const { mode } = Settings.shape.slack.unwrap().shape;
  const { credentials } = Settings.shape.console.shape;

  const publicKeys = Settings.shape.receipts.safeParse(said('receipts')).data?.publicKeys;
  const { secrets, mistakes: ofSecrets } = readSecrets({
    env,
    for: asked.for,
    mode: source && mode.safeParse(partOf(said('slack'), 'mode')).data,
    publicKeys,
    ledgerKeys: source && Settings.shape.ledger.safeParse(said('ledger')).data?.publicKeys,
  });
  const health = healthPort(env);
  const filesOfWorkers = (): Finding[] => {
    const given = credentials.safeParse(partOf(said('console'), 'credentials')).data;
    const kubernetes = Settings.shape.kubernetes.safeParse(said('kubernetes')).data;
    return [
      ...(given ? credentialFindings(besideFile(given, file), now(), production) : []),
      ...(kubernetes ? kubeconfigFindings(kubeconfigBesideFile(kubernetes, file)) : []),
    ];
  };
  const found: Mistake[] = [
    ...('mistakes' in read ? read.mistakes : []),
    ...(source && settings?.error ? explain(settings.error.issues, source) : []),
    ...(source ? placed(contradictions(source.value, production), source) : []),
    ...(source && asked.for !== 'slack' ? placed(filesOfWorkers(), source) : []),
    ...(source && publicKeys ? placed(keyOfTheExample(publicKeys), source) : []),
    ...ofSecrets,
    ...(health.mistake ? [health.mistake] : []),
  ];
  if (!settings?.success || found.some(({ weight }) => weight === 'mistake')) return { mistakes: found };
  return {
    config: {
      settings: withPaths(settings.data, file),
      secrets,
      hash: hashOf(settings.data),
      ...(health.port === undefined ? {} : { healthPort: health.port }),
    },
    warnings: found,
  };
}

/** Somebody who copies the example finds it out before the first vote is refused. */
function keyOfTheExample(publicKeys: Settings['receipts']['publicKeys']): Finding[] {
  if (!Object.hasOwn(publicKeys, KEY_OF_THE_EXAMPLE)) return [];
  const sentence = 'this is the example, whose private half nobody has: put the line here that npm run keys printed';
  return [{ weight: 'mistake', path: ['receipts', 'publicKeys', KEY_OF_THE_EXAMPLE], sentence }];
}

/** Differs between two processes on one machine, so it is not in the file they share. */
function healthPort({ LOCKSTEP_HEALTH_PORT: text }: Environment): { port?: number; mistake?: Mistake } {
  if (!text?.trim()) return {};
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return { port };
  const sentence = `${shown(text)} is not a port: a whole number from 0 to 65535`;
  return { mistake: { weight: 'mistake', of: 'LOCKSTEP_HEALTH_PORT', sentence } };
}

/** Which configuration a decision was taken under: the settings as written, wherever the file lies. */
function hashOf(settings: Settings): string {
  return digestOf('config', inOneForm(settings));
}

/** Paths in the file are meant from where the file lies. */
function withPaths(settings: Settings, file: string): Settings {
  const { console: consoleApi, kubernetes, ledger } = settings;
  const { anchorsFolder, exportsFolder } = ledger;
  const beside = (path: string) => resolve(dirname(file), path);
  return {
    ...settings,
    console: { ...consoleApi, credentials: besideFile(consoleApi.credentials, file) },
    ...(kubernetes ? { kubernetes: kubeconfigBesideFile(kubernetes, file) } : {}),
    ledger: {
      ...ledger,
      ...(anchorsFolder === undefined ? {} : { anchorsFolder: beside(anchorsFolder) }),
      ...(exportsFolder === undefined ? {} : { exportsFolder: beside(exportsFolder) }),
    },
  };
}

type Credentials = Settings['console']['credentials'];

function besideFile({ observe, finalise }: Credentials, file: string): Credentials {
  const folder = dirname(file);
  return { observe: resolve(folder, observe), finalise: resolve(folder, finalise) };
}

type Kubernetes = NonNullable<Settings['kubernetes']>;

function kubeconfigBesideFile(kubernetes: Kubernetes, file: string): Kubernetes {
  const { kubeconfig } = kubernetes;
  return kubeconfig === undefined ? kubernetes : { ...kubernetes, kubeconfig: resolve(dirname(file), kubeconfig) };
}

/** The digest takes whole numbers only, because others can be written in several ways; half an hour is text there. */
function inOneForm(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : String(value);
  if (Array.isArray(value)) return value.map(inOneForm);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, inOneForm(inside)]));
}

function placed(findings: readonly Finding[], source: Source): Mistake[] {
  return findings.map(({ weight, path, sentence }) => ({
    weight,
    of: written(path),
    sentence: visible(`${written(path)}: ${sentence}`),
    place: source.valueAt(path),
  }));
}

function partOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
