import type { ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import {
  COMMAND_HANDLER_METADATA,
  EVENTS_HANDLER_METADATA,
  QUERY_HANDLER_METADATA,
  SAGA_METADATA,
} from '../decorators/metadata.js';

/** The decorated providers of an application. */
export interface FoundProviders {
  readonly commands: InstanceWrapper<object>[];
  readonly queries: InstanceWrapper<object>[];
  readonly events: InstanceWrapper<object>[];
  readonly sagas: InstanceWrapper<object>[];
}

/** Finds the decorated providers of all modules; one provided by two modules is found twice. */
export function findProviders(modules: ModulesContainer): FoundProviders {
  const all = [...modules.values()].flatMap(
    ({ providers }) => [...providers.values()] as InstanceWrapper<object>[],
  );
  const decorated = (key: string): InstanceWrapper<object>[] => all.filter((wrapper) => has(wrapper, key));
  return {
    commands: decorated(COMMAND_HANDLER_METADATA),
    queries: decorated(QUERY_HANDLER_METADATA),
    events: decorated(EVENTS_HANDLER_METADATA),
    sagas: decorated(SAGA_METADATA),
  };
}

function has({ instance, metatype }: InstanceWrapper, key: string): boolean {
  const target: unknown = (instance as object | undefined)?.constructor ?? metatype;
  return typeof target === 'function' && Reflect.getMetadata(key, target) !== undefined;
}
