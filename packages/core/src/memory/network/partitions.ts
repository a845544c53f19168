/** Network partitions by node. A node always reaches itself. */
export class Partitions {
  /** For each node, the nodes its frames do not reach. */
  private readonly cuts = new Map<string, Set<string>>();
  private readonly isolated = new Set<string>();
  private readonly unplugged = new Set<string>();

  /** Cuts one direction. */
  cut(from: string, to: string): void {
    const unreached = this.cuts.get(from);
    if (unreached === undefined) this.cuts.set(from, new Set([to]));
    else unreached.add(to);
  }

  /** Heals one direction. Has no effect on an isolation. */
  heal(from: string, to: string): void {
    const unreached = this.cuts.get(from);
    unreached?.delete(to);
    if (unreached?.size === 0) this.cuts.delete(from);
  }

  /** Cuts a node off from all others, both ways. */
  isolate(node: string): void {
    this.isolated.add(node);
  }

  /** Drops all frames of the node; senders to it are told that it is unreachable. */
  unplug(node: string): void {
    this.unplugged.add(node);
  }

  isUnplugged(node: string): boolean {
    return this.unplugged.has(node);
  }

  /** Undoes every cut from and to a node, its isolation and its unplugging. */
  healNode(node: string): void {
    this.isolated.delete(node);
    this.unplugged.delete(node);
    this.cuts.delete(node);
    for (const from of this.cuts.keys()) this.heal(from, node);
  }

  healAll(): void {
    this.isolated.clear();
    this.unplugged.clear();
    this.cuts.clear();
  }

  isCut(from: string, to: string): boolean {
    if (from === to) return false;
    if (this.cuts.size === 0 && this.isolated.size === 0 && this.unplugged.size === 0) return false;
    return (
      this.unplugged.has(from) ||
      this.isolated.has(from) ||
      this.isolated.has(to) ||
      this.cuts.get(from)?.has(to) === true
    );
  }
}
