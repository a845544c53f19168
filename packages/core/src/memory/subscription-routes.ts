import type { LogSubscription } from '../ports/durable-log.js';

type Kind = LogSubscription['kind'];

interface Wanted {
  readonly kind: Kind;
  readonly names: readonly string[];
}

const NOBODY: readonly never[] = [];

/** Which subscriptions want which messages. */
export class SubscriptionRoutes<S> {
  private readonly byKind: Readonly<Record<Kind, Map<string, readonly S[]>>> = {
    event: new Map(),
    command: new Map(),
  };
  private readonly wanted = new Map<S, Wanted>();

  of(kind: Kind, name: string): readonly S[] {
    return this.byKind[kind].get(name) ?? NOBODY;
  }

  /** What the subscription wants from now on, in place of what it wanted before. */
  set(subscription: S, kind: Kind, names: readonly string[]): void {
    const before = this.wanted.get(subscription);
    for (const name of before?.names ?? []) this.replace(before?.kind ?? kind, name, without(subscription));
    const distinct = [...new Set(names)];
    this.wanted.set(subscription, { kind, names: distinct });
    for (const name of distinct) this.replace(kind, name, (others) => [...others, subscription]);
  }

  /** What each subscription wants. */
  entries(): Iterable<readonly [S, Wanted]> {
    return this.wanted;
  }

  /** The subscription wants nothing any more. */
  remove(subscription: S): void {
    const wanted = this.wanted.get(subscription);
    for (const name of wanted?.names ?? [])
      this.replace(wanted?.kind ?? 'event', name, without(subscription));
    this.wanted.delete(subscription);
  }

  private replace(kind: Kind, name: string, change: (present: readonly S[]) => readonly S[]): void {
    const subscriptions = change(this.of(kind, name));
    if (subscriptions.length > 0) this.byKind[kind].set(name, subscriptions);
    else this.byKind[kind].delete(name);
  }
}

function without<S>(unwanted: S): (present: readonly S[]) => readonly S[] {
  return (present) => present.filter((subscription) => subscription !== unwanted);
}
