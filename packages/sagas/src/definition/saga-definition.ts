import type { Command, MessageConstructor } from '@catga/nestjs';
import { describeMessage } from '@catga/core/engine';
import type { MessageType } from '@catga/core/engine';
import { inputsOf, staticInputsOf } from './saga-metadata.js';
import type { SagaInput } from './saga-metadata.js';
import { resolveSagaOptions } from './saga-options.js';
import type { ResolvedSagaOptions } from './saga-options.js';
import { sagaOptionsOf } from './saga.decorator.js';

/** Saga class. */
export type SagaClass<T extends object = object> = abstract new (...dependencies: never[]) => T;

/** An event, its correlation, and its methods. */
export interface SagaEvent {
  readonly event: MessageConstructor;
  readonly name: string;
  /** Method for the event that starts a saga. */
  readonly start: EventMethod | undefined;
  /** Method for the event of a running saga. */
  readonly on: EventMethod | undefined;
}

/** Method for an event. */
export interface EventMethod {
  readonly method: string | symbol;
  readonly correlate: (event: object) => string;
}

/** Definition of a saga class, from its decorators. */
export interface SagaDefinition extends ResolvedSagaOptions {
  readonly target: SagaClass;
  /** Events by class. */
  readonly events: ReadonlyMap<MessageConstructor, SagaEvent>;
  /** Methods by wire name of the command. */
  readonly results: ReadonlyMap<string, string | symbol>;
  readonly failures: ReadonlyMap<string, string | symbol>;
  /** Methods by name of the timeout. */
  readonly timeouts: ReadonlyMap<string, string | symbol>;
  /** Methods by the version that they upgrade from. */
  readonly upgrades: ReadonlyMap<number, string | symbol>;
}

/** Definition of a class, or the problems of its decorators; undefined if it is not a saga. */
export function sagaDefinitionOf(target: SagaClass): SagaDefinition | readonly string[] | undefined {
  const options = sagaOptionsOf(target);
  if (options === undefined) return undefined;
  const resolved = resolveSagaOptions(options);
  if (Array.isArray(resolved)) return resolved.map((problem: string) => `has wrong options: ${problem}`);
  const builder = new DefinitionBuilder(target, resolved as ResolvedSagaOptions);
  for (const { method } of staticInputsOf(target))
    builder.problems.push(
      `decorates the static method ${String(method)}, which has no instance: make it a method of the instance.`,
    );
  for (const { input, method } of inputsOf(target)) builder.add(input, method);
  return builder.build();
}

class DefinitionBuilder {
  readonly problems: string[] = [];
  private readonly events = new Map<MessageConstructor, SagaEvent>();
  private readonly results = new Map<string, string | symbol>();
  private readonly failures = new Map<string, string | symbol>();
  private readonly timeouts = new Map<string, string | symbol>();
  private readonly upgrades = new Map<number, string | symbol>();

  constructor(
    private readonly target: SagaClass,
    private readonly options: ResolvedSagaOptions,
  ) {}

  add(input: SagaInput, method: string | symbol): void {
    const { prototype } = this.target as { readonly prototype: Record<string | symbol, unknown> };
    const isMethod =
      typeof Object.getOwnPropertyDescriptor(ownerOf(prototype, method), method)?.value === 'function';
    if (!isMethod) return this.complain(`decorates ${String(method)}, which is not a method: make it one.`);
    switch (input.kind) {
      case 'start':
      case 'event':
        return this.addEvent(input, method);
      case 'result':
        return this.addCommand('@OnResult', this.results, input.command, method);
      case 'failure':
        return this.addCommand('@OnFailure', this.failures, input.command, method);
      case 'timeout':
        return this.put(this.timeouts, input.name, method, `the timeout '${input.name}'`);
      case 'upgrade':
        return this.put(this.upgrades, input.from, method, `the upgrade from version ${input.from}`);
    }
  }

  build(): SagaDefinition | readonly string[] {
    const { target, options, events, results, failures, timeouts, upgrades, problems } = this;
    if (![...events.values()].some(({ start }) => start !== undefined))
      this.complain('has no start: decorate the method of the event that starts it with @StartedBy.');
    for (let from = 1; from < options.version; from++) {
      if (!upgrades.has(from))
        this.complain(
          `has state of version ${options.version}, and no @UpgradeState(${from}): running sagas may have such a state.`,
        );
    }
    for (const from of upgrades.keys()) {
      if (!(Number.isInteger(from) && from >= 1 && from < options.version))
        this.complain(
          `has @UpgradeState(${from}), but its state has version ${options.version}: raise the version of @Saga.`,
        );
    }
    if (problems.length > 0) return problems;
    return Object.freeze({ ...options, target, events, results, failures, timeouts, upgrades });
  }

  private addEvent(
    { kind, event, correlate }: Extract<SagaInput, { readonly event: MessageConstructor }>,
    method: string | symbol,
  ): void {
    const decorator = kind === 'start' ? '@StartedBy' : '@On';
    const type = this.typeOf(decorator, event);
    if (type === undefined) return;
    const { name } = type;
    if (type.kind !== 'event')
      return this.complain(`uses ${decorator} with the ${type.kind} ${name}: a saga takes events.`);
    if (type.qos === 0)
      return this.complain(
        `handles the event ${name}, which is not reliable: decorate the event with @ReliableEvent().`,
      );
    if (typeof (correlate as unknown) !== 'function')
      return this.complain(`uses ${decorator}(${name}) without a function that returns the saga's id.`);
    const known = this.events.get(event) ?? { event, name, start: undefined, on: undefined };
    if ((kind === 'start' ? known.start : known.on) !== undefined)
      return this.complain(`has two methods with ${decorator}(${name}): keep one.`);
    const found = { method, correlate };
    this.events.set(event, kind === 'start' ? { ...known, start: found } : { ...known, on: found });
  }

  private addCommand(
    decorator: string,
    methods: Map<string, string | symbol>,
    command: MessageConstructor<Command<unknown>>,
    method: string | symbol,
  ): void {
    const type = this.typeOf(decorator, command);
    if (type === undefined) return;
    if (type.kind !== 'command')
      return this.complain(`uses ${decorator} with the ${type.kind} ${type.name}: a saga sends commands.`);
    this.put(methods, type.name, method, `${decorator}(${type.name})`);
  }

  private put<K>(methods: Map<K, string | symbol>, key: K, method: string | symbol, what: string): void {
    if (methods.has(key)) this.complain(`has two methods for ${what}: keep one.`);
    methods.set(key, method);
  }

  private typeOf(decorator: string, message: MessageConstructor): MessageType | undefined {
    if (typeof (message as unknown) !== 'function') {
      this.complain(
        `uses ${decorator} without the class of a message; is it undefined because of a circular import?`,
      );
      return undefined;
    }
    try {
      return describeMessage(message);
    } catch (thrown) {
      this.complain(`uses ${decorator}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      return undefined;
    }
  }

  private complain(problem: string): void {
    this.problems.push(problem);
  }
}

/** The prototype that owns a member. */
function ownerOf(prototype: object, member: string | symbol): object {
  for (let at: unknown = prototype; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at))
    if (Object.hasOwn(at, member)) return at;
  return prototype;
}
