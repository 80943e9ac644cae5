/** Every path of the console: what it is called, which operations it has, which parameters they take. */
import type { Answer, Ask, Hall } from './ask.ts';
import { activities, healthChecks, reportsQuery } from './logs.ts';
import { clausesMatch, renderedPolicies, selectedBy } from './matching.ts';
import {
  namespaceInfo,
  readTagPrefixes,
  readTrafficActions,
  writeTagPrefixes,
  writeTrafficActions,
} from './namespace-proxies.ts';
import type { Declared } from './query-parameters.ts';
import type { Method } from './roles.ts';
import { create, list, read, remove, update } from './stored-objects.ts';

interface Operation {
  /** The kind of object that rights are about. */
  identity: string;
  method: Method;
  declared: readonly Declared[];
  handle: (hall: Hall, ask: Ask) => Answer;
  /** Nobody has to say who asks. */
  open?: boolean;
}

/** `GET /namespaces`, `GET /namespaces/:id`, `GET /networkrulesetpolicies/:id/processingunits`. */
const operations: Record<string, Operation> = {
  ...writable('namespaces', 'namespace', ['q']),
  ...writable('externalnetworks', 'externalnetwork', ['q', 'archived']),
  ...writable('networkrulesetpolicies', 'networkrulesetpolicy', ['q']),
  'GET /networkrulesetpolicies/:id/externalnetworks': matching('externalnetwork'),
  'GET /networkrulesetpolicies/:id/processingunits': matching('processingunit'),
  'GET /processingunits': {
    identity: 'processingunit',
    method: 'get',
    declared: ['q', 'archived'],
    handle: (hall, ask) => list(hall, 'processingunit', ask),
  },
  'GET /processingunits/:id': {
    identity: 'processingunit',
    method: 'get',
    declared: ['archived'],
    handle: (hall, ask) => read(hall, 'processingunit', ask),
  },
  'GET /processingunits/:id/renderedpolicies': {
    identity: 'renderedpolicy',
    method: 'get',
    declared: [],
    handle: renderedPolicies,
  },
  'GET /namespaceinfo': { identity: 'namespaceinfo', method: 'get', declared: [], handle: namespaceInfo },
  'GET /tagprefixes': { identity: 'tagprefix', method: 'get', declared: [], handle: readTagPrefixes },
  'POST /tagprefixes': { identity: 'tagprefix', method: 'post', declared: ['force'], handle: writeTagPrefixes },
  'GET /putrafficactions': { identity: 'putrafficaction', method: 'get', declared: [], handle: readTrafficActions },
  'POST /putrafficactions': { identity: 'putrafficaction', method: 'post', declared: [], handle: writeTrafficActions },
  'POST /reportsqueries': {
    identity: 'reportsquery',
    method: 'post',
    declared: ['q', 'window'],
    handle: reportsQuery,
  },
  'POST /clausesmatches': { identity: 'clausesmatch', method: 'post', declared: [], handle: clausesMatch },
  'GET /activities': { identity: 'activity', method: 'get', declared: ['q'], handle: activities },
  'GET /healthchecks': {
    identity: 'healthcheck',
    method: 'get',
    declared: ['quiet'],
    handle: healthChecks,
    open: true,
  },
};

const resources = new Set(Object.keys(operations).map((route) => route.split('/')[1]));

export type Found =
  | { kind: 'operation'; operation: Operation; id: string }
  | { kind: 'unknown' }
  | { kind: 'undeclared' };

/** A path nobody knows is not found; a known one without that operation does not allow it. */
export function route(method: string, path: string): Found {
  const [resource = '', id = '', child, ...rest] = path
    .replace(/^\/v\/\d+(?=\/)/, '')
    .split('/')
    .slice(1);
  if (!resources.has(resource) || rest.length > 0) return { kind: 'unknown' };
  const form = child !== undefined ? `/${resource}/:id/${child}` : id === '' ? `/${resource}` : `/${resource}/:id`;
  const operation = operations[`${method === 'HEAD' ? 'GET' : method} ${form}`];
  if (!operation || (method === 'HEAD' && form.endsWith(':id'))) return { kind: 'undeclared' };
  return { kind: 'operation', operation, id };
}

function writable(
  resource: string,
  identity: 'namespace' | 'externalnetwork' | 'networkrulesetpolicy',
  declared: readonly Declared[],
): Record<string, Operation> {
  const archived = declared.filter((name) => name === 'archived');
  return {
    [`GET /${resource}`]: { identity, method: 'get', declared, handle: (hall, ask) => list(hall, identity, ask) },
    [`POST /${resource}`]: {
      identity,
      method: 'post',
      declared: [],
      handle: (hall, ask) => create(hall, identity, ask),
    },
    [`GET /${resource}/:id`]: {
      identity,
      method: 'get',
      declared: archived,
      handle: (hall, ask) => read(hall, identity, ask),
    },
    [`PUT /${resource}/:id`]: {
      identity,
      method: 'put',
      declared: [],
      handle: (hall, ask) => update(hall, identity, ask),
    },
    [`DELETE /${resource}/:id`]: {
      identity,
      method: 'delete',
      declared: [],
      handle: (hall, ask) => remove(hall, identity, ask),
    },
  };
}

function matching(identity: 'externalnetwork' | 'processingunit'): Operation {
  return {
    identity: 'networkrulesetpolicy',
    method: 'get',
    declared: ['mode', 'q'],
    handle: (hall, ask) => selectedBy(hall, identity, ask),
  };
}
