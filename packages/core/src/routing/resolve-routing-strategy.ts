import { CatgaError } from '../errors/catga-error.js';
import { ConsistentHashRouting } from './consistent-hash-routing.js';
import { LeastLoadedRouting } from './least-loaded-routing.js';
import { LocalFirstRouting } from './local-first-routing.js';
import { RandomRouting } from './random-routing.js';
import { RoundRobinRouting } from './round-robin-routing.js';
import type { RoutingStrategy } from './routing-strategy.js';

/** Factories of the built-in strategies, by name. */
const STRATEGIES = Object.freeze({
  'local-first': () => new LocalFirstRouting(),
  'round-robin': () => new RoundRobinRouting(),
  'least-loaded': () => new LeastLoadedRouting(),
  random: (random?: () => number) => new RandomRouting(random),
  'consistent-hash': () => new ConsistentHashRouting(),
});

/** Name of a built-in strategy. */
export type RoutingStrategyName = keyof typeof STRATEGIES;

/** Names of the built-in strategies. */
export const ROUTING_STRATEGY_NAMES = Object.freeze(
  Object.keys(STRATEGIES),
) as readonly RoutingStrategyName[];

/**
 * Creates a built-in strategy by name, or returns the user's own.
 * @param random source of `'random'`, at least 0 and below 1
 * @throws CatgaError `CATGA_CONFIGURATION` for anything else
 */
export function resolveRoutingStrategy(
  option: RoutingStrategyName | RoutingStrategy,
  random?: () => number,
): RoutingStrategy {
  if (typeof option === 'string' && Object.hasOwn(STRATEGIES, option)) return STRATEGIES[option](random);
  if (typeof option === 'object' && typeof option?.select === 'function') return option;
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    `Routing is one of ${ROUTING_STRATEGY_NAMES.join(', ')}, or an object with a select method.`,
    { details: { names: ROUTING_STRATEGY_NAMES } },
  );
}
