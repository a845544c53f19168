import { CatgaError } from '../errors/catga-error.js';
import { ConsistentHashRouting } from './consistent-hash-routing.js';
import { LeastLoadedRouting } from './least-loaded-routing.js';
import { LocalFirstRouting } from './local-first-routing.js';
import { RandomRouting } from './random-routing.js';
import { RoundRobinRouting } from './round-robin-routing.js';
import type { RoutingStrategy } from './routing-strategy.js';

/** How the strategies that come with Catga are made, by the names that options use. */
const STRATEGIES = Object.freeze({
  'local-first': () => new LocalFirstRouting(),
  'round-robin': () => new RoundRobinRouting(),
  'least-loaded': () => new LeastLoadedRouting(),
  random: (random?: () => number) => new RandomRouting(random),
  'consistent-hash': () => new ConsistentHashRouting(),
});

/** The name of a strategy that comes with Catga. */
export type RoutingStrategyName = keyof typeof STRATEGIES;

/** The names of the strategies that come with Catga. */
export const ROUTING_STRATEGY_NAMES = Object.freeze(
  Object.keys(STRATEGIES),
) as readonly RoutingStrategyName[];

/**
 * Makes the strategy of a name, new with each call, or takes one of the user's own.
 * @param random what `'random'` draws from, at least 0 and below 1
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
