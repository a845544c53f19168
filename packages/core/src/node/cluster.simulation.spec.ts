import { expect, it } from '@jest/globals';
import { CatgaError } from '../errors/catga-error.js';
import { Simulation } from './cluster.simulation.fixture.js';
import type { SimulationOutcome } from './cluster.simulation.fixture.js';

/** `CATGA_SIMULATION_SEED=123` replays one schedule; `CATGA_SIMULATION_SCHEDULES=5000` runs more: `test:all` 1000. */
const { CATGA_SIMULATION_SEED: REPLAYED, CATGA_SIMULATION_SCHEDULES: SCHEDULES = '60' } = process.env;
const SEEDS =
  REPLAYED === undefined
    ? Array.from({ length: Number(SCHEDULES) }, (_, index) => index + 1)
    : [Number(REPLAYED)];

/** What a run did that no run may do. */
function violations({ traces, disturbed, leftOver }: SimulationOutcome): string[] {
  const found: string[] = [];
  for (const { id, qos, effects, result, waitedMs } of traces) {
    if (result === undefined) found.push(`${id} was never answered`);
    else if (result.ok && result.value !== `done ${id}`) found.push(`${id} got the answer '${result.value}'`);
    else if (result.ok && effects.length === 0) found.push(`${id} was answered without having run`);
    else if (!result.ok && !(result.error instanceof CatgaError))
      found.push(`${id} failed with ${String(result.error)}`);
    if (waitedMs > 8050) found.push(`${id} was answered ${waitedMs} ms later`);
    // A node that died or stood still between the effect and its record may leave it to be done again.
    const undisturbed = effects.filter((nodeId) => !disturbed.has(nodeId));
    if (qos === 2 && effects.length > 1 && undisturbed.length === effects.length) {
      found.push(`${id} took effect on ${effects.join(', ')}`);
    }
    // Whatever is repeated, doubled or overtaken on the way: a node that lived through it all runs a request once.
    const again = undisturbed.find((nodeId, index) => undisturbed.indexOf(nodeId) !== index);
    if (again !== undefined) found.push(`${id} took effect twice on ${again}`);
  }
  if (leftOver > 0) found.push(`${leftOver} requests were left over`);
  return found;
}

it(
  `keeps its promises on ${SEEDS.length} random schedules of faults`,
  async () => {
    for (const seed of SEEDS) {
      const outcome = await new Simulation(seed).run();
      const found = violations(outcome);
      if (found.length > 0) throw new Error(`CATGA_SIMULATION_SEED=${seed} replays it: ${found.join('; ')}`);
    }
    expect(SEEDS.length).toBeGreaterThan(0);
  },
  SEEDS.length * 1000,
);
