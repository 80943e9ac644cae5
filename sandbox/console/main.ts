/** The sandbox console from the command line: `npm run sandbox:console -- --app sandbox/apps/bookinfo.json`. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startConsole } from './start.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9443' },
    'control-port': { type: 'string', default: '9444' },
    app: { type: 'string', default: fileURLToPath(new URL('../apps/hipster-shop-v0.3.1.json', import.meta.url)) },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string' },
    token: { type: 'string', default: 'sandbox' },
    'parent-dns-rule': { type: 'boolean', default: false },
  },
});

const running = await startConsole({
  app: values.app,
  seed: values.seed,
  port: Number(values.port),
  controlPort: Number(values['control-port']),
  token: values.token,
  parentDnsRule: values['parent-dns-rule'],
  ...(values.folder ? { folder: values.folder } : {}),
});

const { url, controlUrl, namespace, credentials } = running;
const curl = `curl -sk -H 'Authorization: Bearer ${values.token}' -H 'X-Namespace: ${namespace}'`;
process.stdout.write(`Microsegmentation Console  ${url}
Control                    ${controlUrl}
Namespace                  ${namespace}
Credentials                ${credentials.observe}
                           ${credentials.finalise}

Try:
  ${curl} ${url}/processingunits
  ${curl} ${url}/reportsqueries?startRelative=1h -d '{"report":"Flows"}' -H 'Content-Type: application/json'
  curl -s ${controlUrl}/truth
  curl -s -X POST ${controlUrl}/exercise
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void running.stop().then(() => process.exit(0));
  });
