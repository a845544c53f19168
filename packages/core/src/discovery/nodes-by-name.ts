import type { KnownNode } from './known-node.js';

interface Entry<V> {
  readonly nodes: readonly KnownNode[];
  readonly view: V;
}

/**
 * Nodes by name in order of arrival, with cached views: computed when a node joins, leaves or is
 * suspected, not on each read.
 */
export class NodesByName<V> {
  private readonly entries = new Map<string, Entry<V>>();

  /** @param viewOf view of the nodes of a name */
  constructor(private readonly viewOf: (nodes: readonly KnownNode[]) => V) {}

  /** View of a name; undefined without nodes. */
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

  /** Recomputes the views of a node's names. */
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
