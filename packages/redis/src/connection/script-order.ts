import { isUnknownScript } from './broker-errors.js';

interface Held {
  readonly turn: number;
  readonly send: () => void;
}

/**
 * One script, run in the order of asking, also where the server does not know it: those that were refused for that wait
 * until every answer is there that is under way, and so do those that are asked for meanwhile.
 */
export class ScriptOrder {
  private turns = 0;
  private underWay = 0;
  private held: Held[] | undefined;

  /** Sends the digest, or the text where that must be. */
  async run<T>(sendDigest: () => Promise<T>, sendText: () => Promise<T>): Promise<T> {
    const turn = ++this.turns;
    if (this.held !== undefined) return this.later(turn, sendText, this.held);
    this.underWay++;
    let again: Promise<T> | undefined;
    try {
      return await sendDigest();
    } catch (thrown) {
      if (!isUnknownScript(thrown)) throw thrown;
      again = this.later(turn, sendText, (this.held ??= []));
    } finally {
      this.underWay--;
      if (this.underWay === 0) this.goOn();
    }
    return again;
  }

  /** All at once: nobody who asks now may come in between. */
  private goOn(): void {
    const { held } = this;
    this.held = undefined;
    held?.sort((one, other) => one.turn - other.turn);
    for (const { send } of held ?? []) send();
  }

  private later<T>(turn: number, sendText: () => Promise<T>, held: Held[]): Promise<T> {
    return new Promise((resolve) => void held.push({ turn, send: () => resolve(sendText()) }));
  }
}
