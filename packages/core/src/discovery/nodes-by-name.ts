import type { KnownNode } from './known-node.js';

interface Entry<V> {
  readonly nodes: readonly KnownNode[];
  readonly view: V;
}

/**
 * Which nodes go with a name, in the order they came, and what readers see of them: made when a node comes, goes or is
 * suspected, not when it is read.
 */
export class NodesByName<V> {
  private readonly entries = new Map<string, Entry<V>>();

  /** @param viewOf what readers see of the nodes of a name */
  constructor(private readonly viewOf: (nodes: readonly KnownNode[]) => V) {}

  /** Undefined if no node goes with the name. */
  of(name: string): V | undefined {
    return this.entries.get(name)?.view;
  }

  add(known: KnownNode, names: Iterable<string>): void {
    for (const name of names) {
      const nodes = this.nodesOf(name);
      if (!nodes.includes(known)) this.keep(name, [...nodes, known]);
    }
  }

  remove(known: KnownNode, names: Iterable<string>): void {
    for (const name of names)
      this.keep(
        name,
        this.nodesOf(name).filter((other) => other !== known),
      );
  }

  /** Something about a node changed that views go by. */
  renew(names: Iterable<string>): void {
    for (const name of names) this.keep(name, this.nodesOf(name));
  }

  private nodesOf(name: string): readonly KnownNode[] {
    return this.entries.get(name)?.nodes ?? [];
  }

  private keep(name: string, nodes: readonly KnownNode[]): void {
    if (nodes.length === 0) this.entries.delete(name);
    else this.entries.set(name, { nodes, view: this.viewOf(nodes) });
  }
}
