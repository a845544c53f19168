import type { Type } from '@nestjs/common';
import { filter } from 'rxjs';
import type { Observable } from 'rxjs';
import type { IEvent } from '../contracts/messages.js';

type InstanceOf<T> = T extends Type<infer I> ? I : never;

/**
 * Operator: filters events that are instances of one of these classes.
 *
 * @publicApi
 */
export function ofType<TInput extends IEvent, T extends Type<IEvent>[]>(
  ...types: T
): (source: Observable<TInput>) => Observable<InstanceOf<T[number]>> {
  const isOne = (event: IEvent): event is InstanceOf<T[number]> =>
    types.some((type) => event instanceof type);
  return (source) => source.pipe(filter(isOne));
}
