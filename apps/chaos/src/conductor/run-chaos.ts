import { SeededRandom } from '@catga/core/engine';
import { ALL_SCENARIOS } from '../scenarios/all-scenarios.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { ChaosOptions } from './chaos-options.js';
import { playScenario } from './play-scenario.js';
import { reportOf } from './report.js';
import { NODE_IDS, Stage } from './stage.js';

/** Plays the scenarios; resolves with what happened that was not promised. */
export async function runChaos(
  options: ChaosOptions,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const violations: string[] = [];
  const { engine } = options;
  const random = new SeededRandom(options.seed);
  const wanted = ALL_SCENARIOS.filter(({ fault }) => options.faults.includes(fault));
  for (let round = 0; round < options.rounds; round++) {
    let shared: Stage | undefined;
    try {
      for (const scenario of wanted) {
        const stage =
          scenario.stage === undefined
            ? (shared ??= await Stage.open(engine))
            : await Stage.open(engine, scenario.stage);
        try {
          violations.push(...(await playAndReport(scenario, stage, { ...options, random }, say)));
        } finally {
          if (stage !== shared) await stage.close();
        }
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
  options: ChaosOptions & { readonly random: SeededRandom },
  say: (line: string) => void,
): Promise<readonly string[]> {
  const startMs = performance.now();
  const findings = await playScenario(scenario, stage, options).catch((thrown: unknown) => {
    stage.keepEvidence(say);
    throw thrown;
  });
  const logs = new Map(NODE_IDS.map((nodeId) => [nodeId, stage.files.said(nodeId)]));
  const { text, violations } = reportOf(scenario, options.engine, findings, logs);
  say(`${text}\n${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  if (violations.length > 0) stage.keepEvidence(say);
  return violations;
}
