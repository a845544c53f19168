import { WORKERS, noWorkerIdError } from '../engine-kit/worker-id-lease.js';

/** Who of a namespace has which worker id. The one given back longest ago is given out first. */
export class WorkerIds {
  private readonly free = Array.from({ length: WORKERS }, (_, workerId) => workerId);

  /** `CATGA_OVERLOADED` if all are given out. */
  lease(): number {
    const workerId = this.free.shift();
    if (workerId !== undefined) return workerId;
    throw noWorkerIdError();
  }

  giveBack(workerId: number): void {
    this.free.push(workerId);
  }
}
