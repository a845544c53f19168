/** One `send` as the policies at its caller see it: all attempts of it together. */
export interface Call {
  /** The wire name of the request. */
  readonly name: string;
  /** Aborted when the caller gives up. */
  readonly signal: AbortSignal | undefined;
  /** When the caller stops waiting, in monotonic milliseconds; undefined if it waits as long as the handler runs. */
  readonly deadlineMs: number | undefined;
  /** 1 for the first. */
  attempt: number;
  /** How long an attempt may take, in milliseconds; undefined for as long as the caller waits. */
  attemptTimeoutMs: number | undefined;
  /** Sends the request, as the attempt that `attempt` says. Never throws: what goes wrong is a rejected promise. */
  send(): Promise<unknown>;
}

/** Goes on with a call. May be called again to repeat it. */
export type NextCall = (call: Call) => Promise<unknown>;

/** A step around `send`, made once per type of request. */
export interface CallStep {
  run(call: Call, next: NextCall): Promise<unknown>;
}

/** Puts steps around `send`, the first one outermost. Done once per type, so that a call makes no closures. */
export function compileCalls(steps: readonly CallStep[]): NextCall {
  return steps.reduceRight<NextCall>(
    (next, step) => (call) => step.run(call, next),
    (call) => call.send(),
  );
}
