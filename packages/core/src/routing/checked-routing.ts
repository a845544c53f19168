import { CatgaError } from '../errors/catga-error.js';
import { answeredAtOnce } from '../errors/user-code.js';
import type { RoutingCandidate, RoutingRequest, RoutingStrategy } from './routing-strategy.js';

/** Wraps a strategy of the application and checks its contract. */
export class CheckedRouting implements RoutingStrategy {
  private readonly name: string;

  constructor(private readonly strategy: RoutingStrategy) {
    const { name } = strategy.constructor;
    this.name = name === 'Object' || name === '' ? 'The routing strategy' : `The routing strategy ${name}`;
  }

  /** Throws the strategy's error; `CATGA_CONFIGURATION` if the result is not a candidate. */
  select(request: RoutingRequest, candidates: readonly RoutingCandidate[]): RoutingCandidate {
    const what = `${this.name}, asked for a node for ${request.name},`;
    // A copy, which the strategy may sort.
    const given: unknown = answeredAtOnce(what, this.strategy.select(request, [...candidates]));
    const nodeId = nodeIdOf(given);
    const chosen = candidates.find((candidate) => candidate === given || candidate.node.nodeId === nodeId);
    if (chosen !== undefined) return chosen;
    const ids = candidates.map(({ node }) => node.nodeId);
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `${what} gave ${nodeId === undefined ? kindOf(given) : `node '${nodeId}'`}, which is none of the candidates ` +
        `${ids.join(', ')}: select must return one of them.`,
      { details: { name: request.name, candidates: ids } },
    );
  }
}

function nodeIdOf(given: unknown): string | undefined {
  const { node } = (given ?? {}) as { readonly node?: { readonly nodeId?: unknown } };
  return typeof node?.nodeId === 'string' ? node.nodeId : undefined;
}

function kindOf(given: unknown): string {
  return given === null || given === undefined ? String(given) : `a value of type ${typeof given}`;
}
