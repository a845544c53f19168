/** How many names of each kind a node tells of. */
const MOST_NAMES = 64;

/** Wire names of what a node has sent or published since its start: the first of them, in the order of their names. */
export class SentNames {
  private readonly names = new Set<string>();

  add(name: string): void {
    if (this.names.size < MOST_NAMES) this.names.add(name);
  }

  get all(): readonly string[] {
    return [...this.names].sort();
  }
}
