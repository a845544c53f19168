import { needsHandlerSource } from '@catga/nestjs';
import type { SagaOptions } from './saga-options.js';

const SAGA = 'catga:saga';

/** Name of the decorator in error texts. */
export const SAGA_DECORATOR = '@Saga';

/**
 * Class decorator: a provider whose methods handle the inputs of a long process. Each method is called with one input and the stored
 * state; nothing is replayed.
 *
 * @example `@Saga({ name: 'orders.fulfilment', version: 2, keepMs: days(30) })`
 * @publicApi
 */
export function Saga(
  options: SagaOptions,
): (target: abstract new (...dependencies: never[]) => object) => void {
  return (target) => {
    Reflect.defineMetadata(SAGA, options, target);
    needsHandlerSource(target, { decorator: SAGA_DECORATOR, module: 'CatgaSagasModule' });
  };
}

/** Options of a decorated class; undefined if it is not a saga. */
export function sagaOptionsOf(target: object): SagaOptions | undefined {
  return Reflect.getOwnMetadata(SAGA, target) as SagaOptions | undefined;
}
