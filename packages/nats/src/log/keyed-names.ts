import type { Bucket } from '../jetstream/bucket.js';
import type { BrokerSession } from '../connection/broker-session.js';
import { MOST_LANES, nameTokens } from './log-subjects.js';

const PREFIX = 'keyed.';

/**
 * Which names are published with keys, and over how many lanes: noted before the first message of a key is stored, so
 * that subscriptions have a consumer on each lane that is in use, and none on the others.
 */
export class KeyedNames {
  private readonly noted = new Map<string, Promise<void>>();
  private readonly listeners = new Set<() => void>();
  private readonly stopListening: (() => void)[];
  /** Lanes by the tokens of a name. */
  private known = new Map<string, number>();

  /** @param subjects where the notes are put, for watching */
  constructor(
    private readonly bucket: Bucket,
    session: BrokerSession,
    subjects: string,
  ) {
    const watch = session.subscribe(`${subjects}${PREFIX}>`, ({ subject }) => {
      if (this.learn(subject.slice(subjects.length))) this.tell();
    });
    this.stopListening = [() => watch.unsubscribe(), session.onReturn(() => this.returned())];
  }

  /** Resolves once it is known to all that messages of this name take this many lanes. */
  note(name: string, lanes: number): Promise<void> {
    const key = `${PREFIX}${lanes}.${nameTokens(name)}`;
    let noting = this.noted.get(key);
    if (noting === undefined) {
      noting = this.write(key);
      this.noted.set(key, noting);
      noting.catch(() => this.noted.delete(key));
    }
    return noting;
  }

  private async write(key: string): Promise<void> {
    await this.bucket.make();
    await this.bucket.replace(key, new Uint8Array(0), 0);
  }

  /** Reads what others noted before this one listened. */
  async load(): Promise<void> {
    for (const key of await this.bucket.keys()) this.learn(key);
  }

  /** How many lanes messages of these names take at most. */
  lanesOf(names: readonly string[]): number {
    return Math.max(0, ...names.map((name) => this.known.get(nameTokens(name)) ?? 0));
  }

  /** Calls back when a name takes more lanes than before. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  close(): void {
    for (const stop of this.stopListening) stop();
    this.listeners.clear();
  }

  private learn(key: string): boolean {
    const [, lanes, tokens] = /^keyed\.(\d{1,4})\.(.+)$/.exec(key) ?? [];
    if (lanes === undefined || tokens === undefined || Number(lanes) > MOST_LANES) return false;
    if ((this.known.get(tokens) ?? 0) >= Number(lanes)) return false;
    this.known.set(tokens, Number(lanes));
    return true;
  }

  /** The broker may have forgotten the notes, and others may have made some meanwhile. */
  private returned(): void {
    this.noted.clear();
    this.load().then(
      () => this.tell(),
      () => {}, // It is away again; when it is back, this is done again.
    );
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
