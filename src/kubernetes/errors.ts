/** How the cluster's API fails, whether that passes with time, and what to tell people about it. */
import { ApiException } from '@kubernetes/client-node';

export class KubernetesFailure extends Error {
  /** Whether trying again later, without anybody doing anything, can help. */
  readonly passing: boolean;
  readonly status: number | undefined;

  constructor(sentence: string, details: { passing: boolean; status?: number; cause?: unknown }) {
    super(sentence, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'KubernetesFailure';
    this.passing = details.passing;
    this.status = details.status;
  }
}

/** `what` was asked for, `the cluster’s nodes`. The answer's body is left out: it may say more than people should read. */
export function failureOf(error: unknown, what: string): KubernetesFailure {
  if (error instanceof KubernetesFailure) return error;
  if (error instanceof ApiException) return failureOfStatus(error.code, what);
  const code = codeOf(error);
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/.test(code))
    return new KubernetesFailure(`No trusted connection to the cluster (${code}).`, { passing: false, cause: error });
  if (error instanceof SyntaxError)
    return new KubernetesFailure(`The cluster’s answer about ${what} could not be understood.`, {
      passing: false,
      cause: error,
    });
  return new KubernetesFailure(`The cluster could not be reached to read ${what} (${code || 'no answer'}).`, {
    passing: true,
    cause: error,
  });
}

function failureOfStatus(status: number, what: string): KubernetesFailure {
  if (status === 401) return new KubernetesFailure('The cluster refused the credential.', { passing: false, status });
  if (status === 403)
    return new KubernetesFailure(`The credential has no right to read ${what} in the cluster.`, {
      passing: false,
      status,
    });
  const passing = [408, 410, 425, 429, 500, 502, 503, 504].includes(status);
  return new KubernetesFailure(`The cluster answered ${status} when asked for ${what}.`, { passing, status });
}

/** fetch hides the reason inside the cause of its error. */
function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at.name === 'TimeoutError') return at.name;
  }
  return '';
}
