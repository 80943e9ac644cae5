/** Which cluster is asked and as whom; nothing that would start a program to find out. */
import {
  CoreV1Api,
  createConfiguration,
  DiscoveryV1Api,
  KubeConfig,
  ServerConfiguration,
} from '@kubernetes/client-node';
import { KubernetesFailure } from './errors.ts';

export type KubernetesConnection = {
  /** Path of a kubeconfig; without it, the service account of the pod that Lockstep runs in. */
  readonly kubeconfig?: string;
  /** Another than the kubeconfig's current context. */
  readonly context?: string;
  /** One request, at most. */
  readonly timeoutMs?: number;
};

export function connect(connection: KubernetesConnection): { core: CoreV1Api; discovery: DiscoveryV1Api } {
  const config = new KubeConfig();
  if (connection.kubeconfig === undefined) config.loadFromCluster();
  else loadKubeconfig(config, connection.kubeconfig, connection.context);

  const cluster = config.getCurrentCluster();
  if (!cluster) throw unusable(connection.kubeconfig, 'its context names no cluster');
  if (cluster.skipTLSVerify && !isLoopback(cluster.server))
    throw unusable(connection.kubeconfig, 'it does not verify the cluster’s certificate');

  const timeoutMs = connection.timeoutMs ?? 15_000;
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(cluster.server, {}),
    authMethods: { default: config },
    promiseMiddleware: [
      {
        async pre(request) {
          request.setSignal(AbortSignal.timeout(timeoutMs));
          return request;
        },
        post: async (response) => response,
      },
    ],
  });
  return { core: new CoreV1Api(configuration), discovery: new DiscoveryV1Api(configuration) };
}

function loadKubeconfig(config: KubeConfig, path: string, context: string | undefined): void {
  try {
    config.loadFromFile(path);
  } catch (error) {
    throw unusable(path, error instanceof Error && 'code' in error ? String(error.code) : 'it is not a kubeconfig');
  }
  if (context !== undefined) {
    if (!config.getContextObject(context)) throw unusable(path, `it has no context ${context}`);
    config.setCurrentContext(context);
  }
  const user = config.getCurrentUser();
  if (user?.exec || user?.authProvider)
    throw unusable(path, 'its user gets a credential from a program (exec, auth-provider), and no program is started');
}

function isLoopback(server: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(server).hostname);
}

function unusable(path: string | undefined, why: string): KubernetesFailure {
  return new KubernetesFailure(`${path ?? 'The pod’s service account'} cannot be used: ${why}.`, { passing: false });
}
