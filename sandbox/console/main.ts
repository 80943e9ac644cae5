/** The sandbox console from the command line: `npm run sandbox:console -- --app sandbox/apps/bookinfo.json`. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startConsole } from './start.ts';
import { GraphMistake } from './world/graph.ts';

const USAGE = `npm run sandbox:console -- [options]

  --app FILE         the application's service graph (default: sandbox/apps/hipster-shop-v0.3.1.json);
                     sandbox/apps/README.md says how one is written
  --seed TEXT        another discovery week (default: 1)
  --port N           port of the console, HTTPS (default: 9443; 0 takes a free one)
  --control-port N   port of the control API, HTTP (default: 9444; 0 takes a free one)
  --folder DIR       where the credential files go (default: a new temporary one)
  --token TEXT       a bearer token that is always good (default: sandbox)
  --parent-dns-rule  as if the tenant had the vendor's DNS rule already
`;

const options = readOptions();
const running = await startConsole(options).catch((error: NodeJS.ErrnoException) => {
  if (error instanceof GraphMistake) return wrongly(`${error.message}\n`);
  if (error.code === 'EADDRINUSE')
    return wrongly('A port is taken; choose others with --port and --control-port, or 0 for free ones.\n');
  throw error;
});

const { url, controlUrl, namespace, credentials } = running;
const curl = `curl -sk -H 'Authorization: Bearer ${options.token}' -H 'X-Namespace: ${namespace}'`;
process.stdout.write(`Microsegmentation Console  ${url}
Control                    ${controlUrl}
Namespace                  ${namespace}
Credentials                ${credentials.observe}
                           ${credentials.finalise}

Try:
  ${curl} '${url}/processingunits'
  ${curl} '${url}/reportsqueries?startRelative=1h' -d '{"report":"Flows"}' -H 'Content-Type: application/json'
  curl -s '${controlUrl}/truth'
  curl -s -X POST '${controlUrl}/exercise'
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void running.stop().then(() => process.exit(0));
  });

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '9443' },
        'control-port': { type: 'string', default: '9444' },
        app: { type: 'string', default: fileURLToPath(new URL('../apps/hipster-shop-v0.3.1.json', import.meta.url)) },
        seed: { type: 'string', default: '1' },
        folder: { type: 'string' },
        token: { type: 'string', default: 'sandbox' },
        'parent-dns-rule': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    return {
      app: values.app,
      seed: values.seed,
      port: portOf('--port', values.port),
      controlPort: portOf('--control-port', values['control-port']),
      token: values.token,
      parentDnsRule: values['parent-dns-rule'],
      ...(values.folder ? { folder: values.folder } : {}),
    };
  } catch (error) {
    return wrongly(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${name} takes a whole number from 0 to 65535, not ${text}`);
  return port;
}

function wrongly(words: string): never {
  process.stderr.write(words);
  process.exit(2);
}
