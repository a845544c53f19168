/** How many sagas a node remembers. */
const MAX_REMEMBERED = 10_000;

/** Which step of a saga this node knows to have sent all of its messages. */
export class SentRevisions {
  private readonly revisions = new Map<string, number>();

  add(key: string, revision: number): void {
    this.revisions.delete(key);
    this.revisions.set(key, revision);
    if (this.revisions.size <= MAX_REMEMBERED) return;
    for (const oldest of this.revisions.keys()) {
      this.revisions.delete(oldest);
      return;
    }
  }

  has(key: string, revision: number): boolean {
    return this.revisions.get(key) === revision;
  }

  forget(key: string): void {
    this.revisions.delete(key);
  }
}
