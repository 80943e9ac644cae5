/** Which role may do what with which kind of object. */
export type Method = 'get' | 'post' | 'put' | 'delete';

export type Role = 'namespace.administrator' | 'infrastructure.administrator' | 'namespace.viewer';

type Rights = Record<string, readonly Method[]>;

const any: readonly Method[] = ['get', 'post', 'put', 'delete'];
const get: readonly Method[] = ['get'];
const post: readonly Method[] = ['post'];

const viewer: Rights = {
  networkrulesetpolicy: get,
  externalnetwork: get,
  namespace: get,
  namespaceinfo: get,
  processingunit: get,
  renderedpolicy: get,
  reportsquery: post,
};

const rights: Record<Role, Rights> = {
  'namespace.viewer': viewer,
  'infrastructure.administrator': { ...viewer, networkrulesetpolicy: any, externalnetwork: any, activity: get },
  'namespace.administrator': {},
};

export function mayDo(roles: readonly Role[], identity: string, method: Method): boolean {
  return roles.some(
    (role) => role === 'namespace.administrator' || (rights[role][identity]?.includes(method) ?? false),
  );
}

function isRole(text: string): text is Role {
  return Object.hasOwn(rights, text);
}

/** A token's own list only ever narrows: role tags, or `<identity>,<method>`. */
export function isPermitted(restricted: readonly string[], identity: string, method: Method): boolean {
  if (restricted.length === 0) return true;
  return restricted.some((item) => {
    const role = item.replace(/^@auth:role=/, '');
    if (isRole(role)) return mayDo([role], identity, method);
    const [wantedIdentity, ...methods] = item.split(',');
    const isMeant = wantedIdentity === identity || wantedIdentity === '*';
    return isMeant && (methods.includes(method) || methods.includes('any') || methods.includes('*'));
  });
}
