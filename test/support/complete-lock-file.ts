/**
 * Completes package-lock.json with the optional packages of other platforms. A registry that holds only some platforms'
 * packages makes npm leave the others out, and `npm ci` then refuses the file on every machine.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Locked = {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};
type LockFile = { packages: Record<string, Locked> };

const SYSTEMS = ['android', 'darwin', 'linux', 'win32', 'freebsd', 'openbsd', 'netbsd', 'sunos', 'aix', 'openharmony'];
const PROCESSORS = ['arm64', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'mips64el', 'loong64', 'wasm32', 'arm'];

/** What is named as an optional dependency and not in the file: `[path of the dependant, name, version]`. */
export function missingFrom({ packages }: LockFile): [dependant: string, name: string, version: string][] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !placesFor(path, name).some((place) => packages[place]))
      .map(([name, range]): [string, string, string] => [path, name, range.replace(/^[~^]/, '')]),
  );
}

/** Where Node would look: nested first, then further and further up. */
function placesFor(path: string, name: string): string[] {
  const places = [`${path}/node_modules/${name}`];
  for (let at = path; at.includes('node_modules/'); ) {
    at = at.slice(0, at.lastIndexOf('node_modules/')).replace(/\/$/, '');
    places.push(`${at === '' ? '' : `${at}/`}node_modules/${name}`);
  }
  return places;
}

function placeholder(name: string, version: string, dev: boolean): Locked {
  const words = name.split('/').at(-1) ?? name;
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  const libc = words.includes('musl') ? 'musl' : os === 'linux' && words.includes('gnu') ? 'glibc' : undefined;
  return {
    version,
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(dev ? { dev: true } : {}),
    ...(libc ? { libc: [libc] } : {}),
    optional: true,
    ...(os ? { os: [os] } : {}),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile;
  for (const [dependant, name, version] of missingFrom(lock))
    lock.packages[`node_modules/${name}`] = placeholder(name, version, lock.packages[dependant]?.dev ?? false);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
}
