import { ALL_SCENARIOS } from '../scenarios/all-scenarios.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { ChaosOptions } from './chaos-options.js';
import { playScenario } from './play-scenario.js';
import { reportOf } from './report.js';
import { seededRandom } from './seeded-random.js';
import { Stage } from './stage.js';

/** Plays the scenarios; resolves with what happened that was not promised. */
export async function runChaos(
  options: ChaosOptions,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const violations: string[] = [];
  const random = seededRandom(options.seed);
  const wanted = ALL_SCENARIOS.filter(({ fault }) => options.faults.includes(fault));
  for (let round = 0; round < options.rounds; round++) {
    let shared: Stage | undefined;
    try {
      for (const scenario of wanted) {
        const stage =
          scenario.stage === undefined ? (shared ??= await Stage.open()) : await Stage.open(scenario.stage);
        violations.push(...(await playAndReport(scenario, stage, { ...options, random }, say)));
        if (stage !== shared) await stage.close();
      }
    } finally {
      await shared?.close();
    }
  }
  return violations;
}

async function playAndReport(
  scenario: Scenario,
  stage: Stage,
  options: ChaosOptions & { readonly random: () => number },
  say: (line: string) => void,
): Promise<readonly string[]> {
  const findings = await playScenario(scenario, stage, options);
  const { text, violations } = reportOf(scenario.fault, findings);
  say(text);
  return violations;
}
