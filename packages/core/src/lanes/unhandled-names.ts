import type { RegisteredSubscription } from './lane-register.js';

/** Time that a name without a handler stays in a subscription: nodes that handle it may have crashed, or be starting. */
export const KEPT_UNHANDLED_MS = 10 * 60_000;

/**
 * Names that subscriptions lose with a deployment. A name is removed after {@link KEPT_UNHANDLED_MS} without a handler; until then its
 * events wait.
 */
export class UnhandledNames {
  private readonly sinceMs = new Map<string, number>();

  /** Names of a subscription to remove. */
  due(
    { id, names }: Pick<RegisteredSubscription, 'id' | 'names'>,
    handled: ReadonlySet<string>,
    nowMs: number,
  ): string[] {
    return names.filter((name) => {
      const key = `${id}/${name}`;
      if (handled.has(name)) {
        this.sinceMs.delete(key);
        return false;
      }
      const sinceMs = this.sinceMs.get(key) ?? nowMs;
      this.sinceMs.set(key, sinceMs);
      return nowMs - sinceMs >= KEPT_UNHANDLED_MS;
    });
  }
}
