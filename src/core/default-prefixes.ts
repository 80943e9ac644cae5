/** Which tag prefixes every namespace has without anybody writing them; `app=` is not among them (console-api.md 4.2). */

/** Of tags that outlive a restart. */
export const LASTING_PREFIXES: readonly string[] = [
  '$identity=',
  '$namespace=',
  '$type=',
  '@org:cloudaccount=',
  '@org:group=',
  '@org:kubernetes=',
  '@org:tenant=',
  'app:host:type=',
  'externalnetwork:name=',
];

export const DEFAULT_PREFIXES: readonly string[] = ['$controller=', '$id=', '$image=', '$name=', ...LASTING_PREFIXES];
