import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { CatgaNode } from '@catga/core';
import { classesOf } from './found-handlers.js';
import { HandlerSource, neededSourceOf } from './handler-source.js';
import type { ExploredProvider } from './handler-source.js';

/**
 * Registers handlers that other packages declare. Returns the problems of their classes.
 *
 * @param instancesOf returns the instance factory of a provider; called at most once for each
 */
export function exploreSources(
  wrappers: readonly InstanceWrapper<object>[],
  node: CatgaNode,
  instancesOf: (wrapper: InstanceWrapper<object>) => ExploredProvider['instanceFor'],
): readonly string[] {
  const sources = wrappers.flatMap(({ instance }) => (instance instanceof HandlerSource ? [instance] : []));
  const provided = wrappers
    .filter(({ isAlias }) => !isAlias)
    .map((wrapper): ExploredProvider => {
      let instances: ExploredProvider['instanceFor'] | undefined;
      return {
        classes: classesOf(wrapper),
        location: wrapper.host?.name ?? 'unknown module',
        instanceFor: (message, context) => (instances ??= instancesOf(wrapper))(message, context),
      };
    });
  const missing = provided.flatMap(({ classes, location }) => {
    const [target] = classes.filter((one) => neededSourceOf(one) !== undefined);
    const needed = target && neededSourceOf(target);
    return needed === undefined || sources.some(({ decorator }) => decorator === needed.decorator)
      ? []
      : [
          `${target?.name} (${location}) uses ${needed.decorator}, which has no effect without ${needed.module}: import it.`,
        ];
  });
  return [...missing, ...sources.flatMap((source) => source.register(provided, node))];
}
