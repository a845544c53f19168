import type { IAggregateRoot } from '../contracts/aggregate-root.js';
import type { IEvent } from '../contracts/messages.js';

const UNCOMMITTED = Symbol('uncommitted events');
const AUTO_COMMIT = Symbol('auto commit');

/** A class to extend, abstract or not. */
// oxlint-disable-next-line typescript/no-explicit-any -- TypeScript demands it of the base of a mixin
export type AbstractConstructor<T = object> = abstract new (...args: any[]) => T;

/** Additional methods of an aggregate. */
export interface Committing {
  /**
   * Like `commit`, but waits until reliable events are stored. If one cannot be published it rejects, and all stay uncommitted: committing
   * again publishes each at least once.
   */
  commitAsync(): Promise<void>;
}

/** Options of one call of `apply`. */
interface ApplyOptions {
  readonly fromHistory?: boolean;
  readonly skipHandler?: boolean;
}

/**
 * Mixin: makes an aggregate of a class that already extends another one.
 *
 * @publicApi
 */
export function WithAggregateRoot<
  EventBase extends IEvent = IEvent,
  TBase extends AbstractConstructor = AbstractConstructor,
>(
  Base: TBase,
): abstract new <T extends IEvent = EventBase>(
  // oxlint-disable-next-line typescript/no-explicit-any -- those of the base class
  ...args: any[]
) => IAggregateRoot<T> & Committing & InstanceType<TBase> {
  abstract class AggregateRoot extends Base implements IAggregateRoot<EventBase>, Committing {
    [AUTO_COMMIT] = false;
    readonly [UNCOMMITTED]: EventBase[] = [];

    set autoCommit(value: boolean) {
      this[AUTO_COMMIT] = value;
    }

    get autoCommit(): boolean {
      return this[AUTO_COMMIT];
    }

    publish<T extends EventBase>(_event: T): unknown {
      return undefined;
    }

    publishAll<T extends EventBase>(_events: T[]): unknown {
      return undefined;
    }

    commit(): void {
      // A copy, because the publisher may keep the list.
      const events = this[UNCOMMITTED].slice();
      this.publishAll(events);
      forget(this[UNCOMMITTED], events);
    }

    async commitAsync(): Promise<void> {
      const events = this[UNCOMMITTED].slice();
      await this.publishAll(events);
      forget(this[UNCOMMITTED], events);
    }

    uncommit(): void {
      this[UNCOMMITTED].length = 0;
    }

    getUncommittedEvents(): EventBase[] {
      return this[UNCOMMITTED];
    }

    loadFromHistory(history: EventBase[]): void {
      for (const event of history) this.apply(event, true);
    }

    apply<T extends EventBase>(event: T, options: boolean | ApplyOptions = {}): void {
      const { fromHistory = false, skipHandler = false } =
        typeof options === 'boolean' ? { fromHistory: options } : options;
      if (this.autoCommit) this.publish(event);
      else if (!fromHistory) this[UNCOMMITTED].push(event);
      if (!skipHandler) this.getEventHandler(event)?.call(this, event);
    }

    protected getEventHandler<T extends EventBase>(event: T): ((event: T) => unknown) | undefined {
      const handlers = this as unknown as Readonly<Record<string, ((event: T) => unknown) | undefined>>;
      return handlers[`on${this.getEventName(event)}`];
    }

    protected getEventName(event: object): string {
      return event.constructor.name;
    }
  }
  // The type of its events is a parameter of the instance, which no class expression can declare.
  return AggregateRoot as unknown as ReturnType<typeof WithAggregateRoot<EventBase, TBase>>;
}

/** Removes published events. Events applied meanwhile stay; those that another commit has published are gone already. */
function forget(uncommitted: object[], published: readonly object[]): void {
  for (const event of published) {
    const index = uncommitted.indexOf(event);
    if (index >= 0) uncommitted.splice(index, 1);
  }
}
