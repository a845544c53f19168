import { CatgaError } from '@catga/nestjs';
import type { MessageConstructor } from '@catga/nestjs';
import { basesOf } from '@catga/core/engine';
import type { SagaDefinition, SagaEvent } from '../definition/saga-definition.js';
import { SagaRecords } from '../records/saga-records.js';

/** What a class of sagas does with an event, which may be of a subclass. Undefined if it takes none such. */
export function eventOf({ events }: SagaDefinition, event: object): SagaEvent | undefined {
  const target = event.constructor as MessageConstructor;
  for (const one of [target, ...basesOf(target)]) {
    const of = events.get(one);
    if (of !== undefined) return of;
  }
  return undefined;
}

/**
 * The id of the saga that an event is for. `CATGA_VALIDATION_FAILED` for one that is none, and `CATGA_CONFIGURATION` if the functions of
 * `@StartedBy` and `@On` find two.
 */
export function sagaIdOf({ name: saga }: SagaDefinition, of: SagaEvent, event: object): string {
  const { start, on, name } = of;
  const id = SagaRecords.checkId(saga, (start ?? on)?.correlate(event));
  if (start !== undefined && on !== undefined && on.correlate(event) !== id)
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `The saga ${saga} finds another id in ${name} by @On than by @StartedBy: an event is for one saga of a class.`,
      { details: { saga, name } },
    );
  return id;
}
