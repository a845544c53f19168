import type { ContenderFactory, Scenario } from '../measure/contender.js';
import { ENQUEUE, RELIABLE_PUBLISH } from './durable.js';
import { IDS } from './ids.js';
import { PUBLISH_TO_ONE, PUBLISH_TO_THREE } from './publish.js';
import { SEND_BATCH } from './send-batch.js';
import { SEND_FIFTY_TYPES, SEND_ONE_TYPE } from './send.js';

/** All that is measured, in the order of the report. */
export const SCENARIOS: readonly Scenario[] = [
  SEND_ONE_TYPE,
  SEND_FIFTY_TYPES,
  SEND_BATCH,
  PUBLISH_TO_ONE,
  PUBLISH_TO_THREE,
  RELIABLE_PUBLISH,
  ENQUEUE,
  IDS,
];

export function findContender(scenarioId: string, name: string): ContenderFactory {
  const contender = SCENARIOS.find(({ id }) => id === scenarioId)?.contenders[name];
  if (contender === undefined) throw new RangeError(`No contender '${name}' in scenario '${scenarioId}'.`);
  return contender;
}
