/** The error of a call that the service failed, for `classifyError` of a candidate: an HTTP 503. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status = 503;

  constructor() {
    super('the service failed with status 503');
  }
}

/** The error of a call that its client gave up at the time limit; named as RxJS's `timeout` names its error. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeoutError';

  constructor(limit: number) {
    super(`no answer within ${limit} ms`);
  }
}
