import type { RegisteredSubscription } from './lane-register.js';

/** For how long a name stays in a subscription that no node handles any more: nodes that handle it may have crashed, or be starting. */
export const KEPT_UNHANDLED_MS = 10 * 60_000;

/**
 * Names that subscriptions lose with a deployment. One stays until no node has handled it for {@link KEPT_UNHANDLED_MS}; until then its
 * events wait.
 */
export class UnhandledNames {
  private readonly sinceMs = new Map<string, number>();

  /** The names of a subscription that are to be forgotten. */
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
