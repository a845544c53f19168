import type { Behavior, Envelope, MessageContext, Next } from '@catga/core';

interface Run {
  readonly envelope: Envelope;
  readonly attempt: number;
}

/** Behavior that tracks running handlers, to name those that do not end. */
export class RunningHandlers implements Behavior {
  private readonly runs = new Set<Run>();
  private last: Run | undefined;

  async handle(envelope: Envelope, { attempt }: MessageContext, next: Next): Promise<unknown> {
    const run = { envelope, attempt };
    this.runs.add(run);
    this.last = run;
    try {
      return await next();
    } finally {
      this.runs.delete(run);
    }
  }

  /** Running handlers, the longest-running first. */
  get names(): readonly string[] {
    return [...this.runs].map(describe);
  }

  /** The handler called last. */
  get lastName(): string | undefined {
    return this.last && describe(this.last);
  }
}

function describe({ envelope: { handler, kind, name, messageId }, attempt }: Run): string {
  return `${handler} on the ${kind} ${name} ${messageId}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;
}
