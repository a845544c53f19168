interface Wanted {
  readonly names: readonly string[];
}

const NOBODY: readonly never[] = [];

/** Queues by the command names they handle. */
export class SubscriptionRoutes<S> {
  private readonly byName = new Map<string, readonly S[]>();
  private readonly wanted = new Map<S, Wanted>();

  of(name: string): readonly S[] {
    return this.byName.get(name) ?? NOBODY;
  }

  /** Sets the names of a queue, replacing earlier ones. */
  set(subscription: S, names: readonly string[]): void {
    this.remove(subscription);
    const distinct = [...new Set(names)];
    this.wanted.set(subscription, { names: distinct });
    for (const name of distinct) this.byName.set(name, [...this.of(name), subscription]);
  }

  /** Names of each queue. */
  entries(): Iterable<readonly [S, Wanted]> {
    return this.wanted;
  }

  /** Removes a queue. */
  remove(subscription: S): void {
    for (const name of this.wanted.get(subscription)?.names ?? []) {
      const others = this.of(name).filter((one) => one !== subscription);
      if (others.length > 0) this.byName.set(name, others);
      else this.byName.delete(name);
    }
    this.wanted.delete(subscription);
  }
}
