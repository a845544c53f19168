import type { CatgaMediator } from '@catga/nestjs';

/** What a process holds when nothing is going on. */
export interface ProcessStats {
  readonly what: 'stats';
  /** In bytes, after a collection. */
  readonly heapUsed: number;
  /** Sockets, timers and the like that Node knows of. */
  readonly resources: number;
  /** Messages that it handles, that wait to be handled, or that it waits for. */
  readonly pending: number;
}

export function processStats(mediator: CatgaMediator): ProcessStats {
  globalThis.gc?.();
  globalThis.gc?.();
  const { inFlight, queued, unanswered } = mediator.self.load;
  return {
    what: 'stats',
    heapUsed: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().length,
    pending: inFlight + queued + unanswered,
  };
}
