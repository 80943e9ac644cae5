/** What a namespace's path is made of, and which paths the console could know. */

/** The console's own pattern for a namespace's name (console-api.md 3.1), and our need for at least a tenant. */
const PATH = /^(\/[a-zA-Z0-9_-]+)+$/;

/** Says why a path cannot be a namespace's, in a sentence a person reads; nothing when it can. */
export function whyNotANamespace(path: string): string | undefined {
  if (path === '') return 'Which namespace? Write its full path, such as `/acme/aws-dev/k8s/hipster-shop`.';
  if (!path.startsWith('/')) return 'A namespace is written as its full path and begins with a slash.';
  if (path !== '/' && path.endsWith('/')) return 'A namespace’s path does not end with a slash.';
  if (!PATH.test(path)) return 'A namespace’s path has letters, digits, `-` and `_` between its slashes, nothing else.';
  return undefined;
}

/** `/acme/aws-dev/k8s/hipster-shop` → `/acme/aws-dev/k8s`: where the namespace itself is an object. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** From the root down to the parent: `/`, `/acme`, `/acme/aws-dev`, `/acme/aws-dev/k8s`. */
export function ancestorsOf(path: string): string[] {
  const ancestors: string[] = [];
  for (let at = path; at !== '/'; ) {
    at = parentOf(at);
    ancestors.unshift(at);
  }
  return ancestors;
}

/** The last segment; for a Kubernetes namespace, its name in the cluster. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
