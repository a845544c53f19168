import { CatgaError } from '@catga/nestjs';
import { checkStream } from '../store/store-arguments.js';
import type { DeclaredDecision } from './decision-handler.decorator.js';
import type { StreamDefinition } from './stream-definition.js';

const DEFAULT_DECISIONS = 20;
const MAX_DECISIONS = 1000;

/** Definition of a decision handler and its stream. */
export class DecisionDefinition {
  readonly maxDecisions: number;

  constructor(
    private readonly declared: DeclaredDecision,
    readonly stream: StreamDefinition,
  ) {
    this.maxDecisions = declared.maxDecisions ?? DEFAULT_DECISIONS;
  }

  /** Problems of the options of `@DecisionHandler`. */
  static problemsOf({ id, maxDecisions }: DeclaredDecision): readonly string[] {
    const problems: string[] = [];
    if (typeof id !== 'function') problems.push('has no function `id` in @DecisionHandler.');
    if (
      maxDecisions !== undefined &&
      !(Number.isInteger(maxDecisions) && maxDecisions >= 1 && maxDecisions <= MAX_DECISIONS)
    )
      problems.push(
        `has maxDecisions ${String(maxDecisions)} in @DecisionHandler: the range is 1 to ${MAX_DECISIONS}.`,
      );
    return problems;
  }

  /** Name of the stream of a command. `CATGA_VALIDATION_FAILED` for an invalid id. */
  streamFor(command: object): string {
    return streamName(this.stream.name, this.declared.id(command));
  }
}

/** Name of the stream of an id. `CATGA_VALIDATION_FAILED` for an id that is empty, too long, or neither text nor a whole number. */
export function streamName(kind: string, id: unknown): string {
  const text = typeof id === 'number' || typeof id === 'bigint' ? String(id) : id;
  if (typeof text !== 'string' || text === '' || (typeof id === 'number' && !Number.isSafeInteger(id)))
    throw new CatgaError(
      'CATGA_VALIDATION_FAILED',
      `A stream of ${kind} needs an id, text or a whole number.`,
      {
        details: { issues: [{ path: ['id'], message: 'is not the id of a stream' }] },
      },
    );
  const name = `${kind}/${text}`;
  checkStream(name);
  return name;
}

/** Kind in the name of a stream; empty if it has none. */
export function kindOf(stream: string): string {
  return stream.slice(0, Math.max(0, stream.indexOf('/')));
}
