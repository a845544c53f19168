import { WORKERS, noWorkerIdError } from '../engine-kit/worker-id-lease.js';

/** Worker ids leased in one namespace. The id returned longest ago is leased first. */
export class WorkerIds {
  private readonly free = Array.from({ length: WORKERS }, (_, workerId) => workerId);

  /** `CATGA_OVERLOADED` if all ids are leased. */
  lease(): number {
    const workerId = this.free.shift();
    if (workerId !== undefined) return workerId;
    throw noWorkerIdError();
  }

  giveBack(workerId: number): void {
    this.free.push(workerId);
  }
}
