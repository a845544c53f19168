import type { Contender } from './contender.js';
import { summarize } from './statistics.js';

/** Collects garbage; the processes of contenders are started with --expose-gc. */
function collect(): void {
  globalThis.gc?.();
}

/** A round in which the process had less of a core than this was disturbed by others. */
const UNDISTURBED = 0.97;
const ATTEMPTS = 4;

/**
 * How fast it runs when it has a core for itself. A round in which something else was given the core is measured
 * again, a few times; of rounds that were all disturbed the least disturbed one counts.
 */
export async function callsPerSecond(contender: Contender, calls: number): Promise<number> {
  let best = await round(contender, calls);
  for (let attempt = 1; attempt < ATTEMPTS && best.shareOfCore < UNDISTURBED; attempt++) {
    const next = await round(contender, calls);
    if (next.shareOfCore > best.shareOfCore) best = next;
  }
  return best.callsPerSecond;
}

async function round(
  contender: Contender,
  calls: number,
): Promise<{ readonly callsPerSecond: number; readonly shareOfCore: number }> {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await contender.run(calls);
  const nanoseconds = Number(process.hrtime.bigint() - start);
  const { user, system } = process.cpuUsage(cpu);
  return { callsPerSecond: (calls / nanoseconds) * 1e9, shareOfCore: ((user + system) * 1000) / nanoseconds };
}

/**
 * Runs ever longer until the time is up, for the compiler to see what there is to see. Says how fast it was at its best,
 * so that a disturbance does not make the rounds that are planned by it too short.
 */
export async function warmUp(contender: Contender, forMs: number): Promise<number> {
  const { grain = 1 } = contender;
  const end = performance.now() + forMs;
  let calls = Math.ceil(1000 / grain) * grain;
  for (let best = 0; ;) {
    const { callsPerSecond: speed } = await round(contender, calls);
    best = Math.max(best, speed);
    if (performance.now() >= end) return best;
    const tenth = Math.ceil((best * forMs) / 10_000 / grain) * grain;
    calls = Math.min(Math.max(calls, tenth), calls * 8);
  }
}

const SAMPLES = 9;

/**
 * What the heap grows by in `calls` calls, a call. Right only while they fit into the new space, so that nothing is
 * collected meanwhile: the process has a large one. What measuring itself allocates is measured, too, and taken off.
 */
export async function bytesPerCall(contender: Contender, calls: number): Promise<number> {
  const growths: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    collect();
    const empty = process.memoryUsage().heapUsed;
    const before = process.memoryUsage().heapUsed;
    await contender.run(calls);
    const after = process.memoryUsage().heapUsed;
    growths.push((after - before - (before - empty)) / calls);
  }
  return summarize(growths).median;
}
