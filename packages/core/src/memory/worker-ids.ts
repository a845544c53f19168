import { CatgaError } from '../errors/catga-error.js';

/** How many generators of ids there can be in a namespace: the default layout has 8 bits for them. */
const WORKERS = 256;

/** Who of a namespace has which worker id. The one given back longest ago is given out first. */
export class WorkerIds {
  private readonly free = Array.from({ length: WORKERS }, (_, workerId) => workerId);

  /** `CATGA_OVERLOADED` if all are given out. */
  lease(): number {
    const workerId = this.free.shift();
    if (workerId !== undefined) return workerId;
    throw new CatgaError('CATGA_OVERLOADED', `All ${WORKERS} worker ids of the namespace are given out.`);
  }

  giveBack(workerId: number): void {
    this.free.push(workerId);
  }
}
