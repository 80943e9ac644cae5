/** How the console says no: always a list, each with a code, a title and a sentence. */
export interface ErrorBody {
  code: number;
  title: string;
  description: string;
  subject: string;
  data?: { attribute: string };
  trace?: string;
}

export class Refusal extends Error {
  readonly errors: ErrorBody[];

  constructor(errors: ErrorBody[]) {
    super(errors.map(({ description }) => description).join('; '));
    this.errors = errors;
  }
}

export function badRequest(description: string): Refusal {
  return new Refusal([{ code: 400, title: 'Bad Request', description, subject: 'elemental' }]);
}

export function ofStatus(status: number): ErrorBody {
  const [title, description] = sentences[status] ?? ['Error', `The console answers ${status}.`];
  return { code: status, title, description, subject: 'bahamut' };
}

export function refused(status: number): Refusal {
  return new Refusal([ofStatus(status)]);
}

export function unprocessable(title: string, description: string, attribute: string): Refusal {
  return new Refusal([{ code: 422, title, description, subject: 'elemental', data: { attribute } }]);
}

const sentences: Record<number, [string, string]> = {
  401: ['Unauthorized', 'You are not authorized to access this resource.'],
  403: ['Forbidden', 'You are not allowed to access this resource.'],
  404: ['Not Found', 'Unable to find the requested resource'],
  405: ['Method Not Allowed', 'This operation is not allowed on this resource.'],
  408: ['Request Timeout', 'The request took too long.'],
  409: ['Conflict', 'The object was changed by somebody else since it was read.'],
  413: ['Request Entity Too Large', 'The body is too large.'],
  415: ['Unsupported Media Type', 'Only application/json is spoken here.'],
  417: ['Expectation Failed', 'The quota of this token is used up.'],
  423: ['Locked', 'This api is currently locked. Please try again later'],
  429: ['Rate Limit', 'You have exceeded your rate limit'],
  500: ['Internal Server Error', 'Something went wrong.'],
  501: ['Not Implemented', 'No processor is registered for this operation.'],
  502: ['Bad Gateway', 'The service behind the gateway does not answer.'],
  503: ['Service Unavailable', 'The service is temporarily unavailable.'],
  504: ['Gateway Timeout', 'The service behind the gateway took too long.'],
};
