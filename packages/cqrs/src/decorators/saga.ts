import 'reflect-metadata';
import { SAGA_METADATA } from './metadata.js';

/**
 * Decorator of a method or property that is a saga: a function of the stream of events that returns a stream of commands.
 *
 * @publicApi
 */
export const Saga = (): PropertyDecorator => (target, member) => {
  const { constructor } = target;
  Reflect.defineMetadata(SAGA_METADATA, [...sagasOf(constructor), member], constructor);
};

/** The sagas of a class, those of its base classes first. */
export function sagasOf(target: object): readonly (string | symbol)[] {
  const members: unknown = Reflect.getMetadata(SAGA_METADATA, target);
  return (members as readonly (string | symbol)[] | undefined) ?? [];
}
