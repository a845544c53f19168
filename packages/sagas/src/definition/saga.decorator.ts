import { needsHandlerSource } from '@catga/nestjs';
import type { SagaOptions } from './saga-options.js';

const SAGA = 'catga:saga';

/** The decorator, as errors name it. */
export const SAGA_DECORATOR = '@Saga';

/**
 * Class decorator: a provider whose methods handle the inputs of a long process. Nothing is replayed: each method is called with one
 * input and the stored state.
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

/** Options that a class was decorated with; undefined if it is no saga. */
export function sagaOptionsOf(target: object): SagaOptions | undefined {
  return Reflect.getOwnMetadata(SAGA, target) as SagaOptions | undefined;
}
