import 'reflect-metadata';
import { CatgaError } from '@catga/core';
import { SAGA_METADATA } from './metadata.js';

/**
 * Decorator of a saga, a method or property: a function from the stream of events to a stream of commands. Throws `CATGA_CONFIGURATION` on
 * a static member, which would never run.
 *
 * @publicApi
 */
export const Saga = (): PropertyDecorator => (target, member) => {
  if (typeof target === 'function')
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `${target.name} uses @Saga on the static member ${String(member)}, which has no instance: make it one of the instance.`,
    );
  const { constructor } = target;
  Reflect.defineMetadata(SAGA_METADATA, [...sagasOf(constructor), member], constructor);
};

/** The sagas of a class, those of its base classes first. */
export function sagasOf(target: object): readonly (string | symbol)[] {
  const members: unknown = Reflect.getMetadata(SAGA_METADATA, target);
  return (members as readonly (string | symbol)[] | undefined) ?? [];
}
