import { types } from 'node:util';
import { CatgaError } from '@catga/nestjs';
import type { MessageConstructor } from '@catga/nestjs';
import { describeMessage, lineOf } from '@catga/core/engine';
import type { MessageType } from '@catga/core/engine';
import type { Decider } from '../deciding/decider.js';
import { personalOf } from './personal.decorator.js';
import { evolversOf, streamOptionsOf, upcastersOf } from './event-stream.decorator.js';
import type { EventStreamClass, SnapshotOptions } from './event-stream.decorator.js';

/** An event of a stream, and the method that applies it. */
export interface StreamEvent {
  readonly type: MessageType;
  readonly method: string | symbol;
  /** Current version of its stored fields. */
  readonly version: number;
  /** Upcasters, by the version they start from. */
  readonly upcasters: ReadonlyMap<number, string | symbol>;
}

/** Definition of a kind of streams, from its class. */
export class StreamDefinition implements Decider<object> {
  private constructor(
    readonly target: EventStreamClass,
    readonly name: string,
    /** By wire name. */
    readonly events: ReadonlyMap<string, StreamEvent>,
    private readonly byClass: ReadonlyMap<unknown, StreamEvent>,
    readonly snapshot: SnapshotOptions | undefined,
  ) {}

  /** Returns the definition, or the problems of the class. */
  static of(target: EventStreamClass): StreamDefinition | readonly string[] {
    const options = streamOptionsOf(target);
    if (options === undefined)
      return [`${target.name} is not a stream: decorate it with @EventStream({ name }).`];
    const problems: string[] = [];
    const problem = (text: string): number => problems.push(`The stream ${target.name} ${text}`);
    const { name, snapshot } = options;
    if (typeof name !== 'string' || !/^[^/\0\p{Surrogate}]{1,100}$/u.test(name))
      problem("needs a name of 1 to 100 letters, without '/'.");
    for (const key of Object.keys(options))
      if (key !== 'name' && key !== 'snapshot') problem(`has the unknown option '${key}' in @EventStream.`);
    if (target.length > 0)
      problem('has a constructor with parameters: the initial state is created without any.');
    if (snapshot !== undefined && !(isCount(snapshot.every) && isCount(snapshot.version)))
      problem('has invalid snapshots in @EventStream: `every` and `version` are whole numbers from 1.');
    for (const { event } of evolversOf(target)) {
      const personal = typeof event === 'function' ? personalOf(event) : undefined;
      if (personal === undefined) continue;
      const { subject, fields } = personal;
      if (fields.includes(subject))
        problem(
          `has the event ${event.name}, whose '${subject}' is both the subject of @Personal and one of its fields.`,
        );
      if (snapshot !== undefined)
        problem(
          `has snapshots, which would contain the @Personal fields of ${event.name} and could not be erased.`,
        );
    }
    for (const { method, isStatic } of [...evolversOf(target), ...upcastersOf(target)])
      if (isStatic)
        problem(
          `decorates the static method ${String(method)}, which has no instance: make it a method of the instance.`,
        );
      else if (isDeferred((target.prototype as Record<string | symbol, unknown>)[method]))
        problem(
          `has the method ${String(method)}, which is async or a generator: methods with @Evolve or @Upcast must be synchronous.`,
        );
    const upcasters = upcastersByClass(target, problem);
    const events = new Map<string, StreamEvent>();
    const byClass = new Map<unknown, StreamEvent>();
    for (const { event, method } of evolversOf(target)) {
      const type = typeOf(event);
      if (typeof type === 'string') {
        problem(`uses @Evolve on ${String(method)}: ${type}`);
        continue;
      }
      const namesake = events.get(type.name);
      if (namesake !== undefined && namesake.method !== method)
        problem(
          `has two methods for the event '${type.name}': ${String(namesake.method)} and ${String(method)}.`,
        );
      const ofEvent = upcasters.get(event) ?? new Map<number, string | symbol>();
      const version = Math.max(0, ...ofEvent.keys()) + 1;
      const missing = firstMissing(ofEvent);
      if (missing < version)
        problem(
          `has no method with @Upcast from version ${missing} of the event '${type.name}', but one from a later version: events of version ${missing} would be misread.`,
        );
      const known: StreamEvent = { type, method, version, upcasters: ofEvent };
      events.set(type.name, known);
      byClass.set(event, known);
    }
    for (const event of upcasters.keys())
      if (!byClass.has(event)) problem(`uses @Upcast for an event without a method with @Evolve.`);
    if (events.size === 0) problem('has no method with @Evolve.');
    return problems.length > 0 ? problems : new StreamDefinition(target, name, events, byClass, snapshot);
  }

  initial(): object {
    return new this.target();
  }

  evolve(state: object, event: object): object {
    const { method } = this.eventOf(event);
    (state as Record<string | symbol, (event: object) => void>)[method]?.(event);
    return state;
  }

  /** Upcasts the fields of an event from an earlier version to the current one. */
  upcast({ version, upcasters }: StreamEvent, from: number, fields: unknown): unknown {
    let now = fields;
    const methods = this.target.prototype as Record<string | symbol, ((old: unknown) => unknown) | undefined>;
    for (let at = from; at < version; at++) {
      const method = upcasters.get(at);
      if (method !== undefined) now = methods[method]?.(now);
    }
    return now;
  }

  /** Definition of an event. `CATGA_CONFIGURATION` for an event without a method, and for a value that is not an event. */
  eventOf(event: object | null | undefined): StreamEvent {
    const type = event?.constructor;
    const found = this.byClass.get(type);
    if (found !== undefined) return found;
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `The stream ${this.target.name} does not handle the event ${type?.name ?? 'without a class'}: add a method with @Evolve to it.`,
      { details: { stream: this.name } },
    );
  }
}

function typeOf(event: MessageConstructor): MessageType | string {
  if (typeof event !== 'function')
    return 'its event is not a class; is it undefined because of a circular import?';
  try {
    const type = describeMessage(event);
    return type.kind === 'event' ? type : `${type.name} is a ${type.kind}, and streams are made of events.`;
  } catch (thrown) {
    return lineOf(thrown);
  }
}

function isDeferred(method: unknown): boolean {
  return types.isAsyncFunction(method) || types.isGeneratorFunction(method);
}

/** The lowest version without an upcaster. */
function firstMissing(upcasters: ReadonlyMap<number, unknown>): number {
  let version = 1;
  while (upcasters.has(version)) version++;
  return version;
}

function upcastersByClass(
  target: EventStreamClass,
  problem: (text: string) => void,
): ReadonlyMap<unknown, Map<number, string | symbol>> {
  const all = new Map<unknown, Map<number, string | symbol>>();
  for (const { event, from, method } of upcastersOf(target)) {
    const ofEvent = all.get(event) ?? new Map<number, string | symbol>();
    const other = ofEvent.get(from);
    if (!isCount(from))
      problem(`uses @Upcast on ${String(method)} from a version that is not a whole number from 1.`);
    else if (other !== undefined && other !== method)
      problem(`has two upcasters from version ${from} of an event: ${String(other)} and ${String(method)}.`);
    else ofEvent.set(from, method);
    all.set(event, ofEvent);
  }
  return all;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
