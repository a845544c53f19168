import { expect, it } from '@jest/globals';
import { LaneSimulation, MAX_ATTEMPTS } from './lanes.simulation.fixture.js';

/** `CATGA_SIMULATION_SEED=123` replays one schedule; `CATGA_SIMULATION_SCHEDULES=5000` runs more (`test:all`: 1000). */
const { CATGA_SIMULATION_SEED: REPLAYED, CATGA_SIMULATION_SCHEDULES: SCHEDULES = '500' } = process.env;
const SEEDS =
  REPLAYED === undefined
    ? Array.from({ length: Number(SCHEDULES) }, (_, index) => index + 1)
    : [Number(REPLAYED)];
/**
 * Maximum starts of an event that kills its process: the attempts of a failing event, but at least the three needed to
 * identify it.
 */
const MOST_KILLS = Math.max(MAX_ATTEMPTS, 3);

/** Violations of the guarantees in one run. */
function violations({ traces, wrong }: LaneSimulation, isGraceful: boolean): string[] {
  const found = [...wrong];
  for (const { id, subscription, kills, isStored, starts, successes, isDead, isForgotten } of traces) {
    const what = `${id} of ${subscription}`;
    if (isForgotten) continue;
    if (!isStored) found.push(`${what} was not stored`);
    else if (kills && !isDead)
      found.push(`${what} is no dead letter, after ${starts.length} ends of processes`);
    else if (!kills && isDead) found.push(`${what} is a dead letter, and did nothing wrong`);
    else if (!kills && successes.length === 0) found.push(`${what} was lost`);
    if (kills && starts.length > MOST_KILLS) found.push(`${what} ended ${starts.length} processes`);
    const undisturbed = successes.every(({ node }) => !node.isDisturbed);
    if (successes.length > 1 && (isGraceful || undisturbed))
      found.push(
        `${what} was done ${successes.length} times, by ${successes.map(({ node }) => node.nodeId).join(', ')}`,
      );
  }
  return found;
}

it(
  `handles events once, in order and by themselves on ${SEEDS.length} random schedules of faults`,
  async () => {
    for (const seed of SEEDS) {
      const isGraceful = seed % 4 === 0;
      const simulation = new LaneSimulation(seed, isGraceful ? 'graceful' : 'faults');
      await simulation.run();
      const found = violations(simulation, isGraceful);
      if (found.length > 0) throw new Error(`CATGA_SIMULATION_SEED=${seed} replays it: ${found.join('; ')}`);
    }
    expect(SEEDS.length).toBeGreaterThan(0);
  },
  10_000 + SEEDS.length * 1000,
);
