import type { Command, MessageConstructor } from '@catga/nestjs';

/** Input of a saga that a method handles. */
export type SagaInput =
  | {
      readonly kind: 'start' | 'event';
      readonly event: MessageConstructor;
      readonly correlate: (event: object) => string;
    }
  | { readonly kind: 'result' | 'failure'; readonly command: MessageConstructor<Command<unknown>> }
  | { readonly kind: 'timeout'; readonly name: string }
  | { readonly kind: 'upgrade'; readonly from: number };

/** An input with the method that handles it. */
export interface SagaMethod {
  readonly input: SagaInput;
  readonly method: string | symbol;
}

const INPUTS = 'catga:saga-inputs';

type Class = abstract new (...args: never[]) => object;

/** Stores the input of a method as metadata. Static methods and non-methods are rejected later, where {@link inputsOf} is read. */
export function declareInput(target: object, method: string | symbol, input: SagaInput): void {
  const own = readOwn(target);
  Reflect.defineMetadata(INPUTS, [...own, { input, method }], target);
}

/** Inputs of a class and its base classes; decorators of an overriding method replace those of the base method. */
export function inputsOf(target: Class): readonly SagaMethod[] {
  const found: SagaMethod[] = [];
  const known = new Set<string | symbol>();
  for (
    let at: unknown = target.prototype;
    typeof at === 'object' && at !== null;
    at = Object.getPrototypeOf(at)
  ) {
    const own = readOwn(at).filter(({ method }) => !known.has(method));
    found.push(...own);
    for (const { method } of own) known.add(method);
  }
  return found;
}

/** Decorated static methods, which have no instance. */
export function staticInputsOf(target: Class): readonly SagaMethod[] {
  return readOwn(target);
}

/** Whether a class has decorated methods, of its own or inherited. */
export function hasInputs(target: Class): boolean {
  return inputsOf(target).length > 0 || staticInputsOf(target).length > 0;
}

function readOwn(target: object): readonly SagaMethod[] {
  const own: unknown = Reflect.getOwnMetadata(INPUTS, target);
  return (own as readonly SagaMethod[] | undefined) ?? [];
}
