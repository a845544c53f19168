import { setTimeout as pause } from 'node:timers/promises';
import type { EffectReceipt } from '@catga/contracts';
import type { CommandKind, Tally } from './tally.js';

/** How long one command is repeated before it counts as failed. */
const PATIENCE_MS = 20_000;
const ATTEMPT_TIMEOUT_MS = 6000;
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 1000;

/** The same request, sent again later, may succeed. */
const RETRYABLE = new Set([502, 503, 504]);

type Attempt =
  | { readonly kind: 'done'; readonly runId: string }
  | { readonly kind: 'again' | 'failed'; readonly reason: string };

/** An HTTP client as it should be: it repeats what may have been lost, with the same `Idempotency-Key`. */
export class CommandClient {
  constructor(
    private readonly gatewayUrl: URL,
    private readonly tally: Tally,
  ) {}

  /** Sends a command until it is answered; never rejects. */
  async send(kind: CommandKind, key: string): Promise<void> {
    const { tally } = this;
    const url = new URL(`${kind === 'place-order' ? 'orders' : 'shipments'}/${key}`, this.gatewayUrl);
    const deadlineMs = performance.now() + PATIENCE_MS;
    tally.sent++;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
      const attempt = await this.attempt(url, key);
      if (attempt.kind === 'done') return tally.success(`${kind}:${key}`, attempt.runId);
      const isTooLate = performance.now() + pauseMs > deadlineMs;
      if (attempt.kind === 'failed' || isTooLate) return tally.failure(`${kind}: ${attempt.reason}`);
      await pause(pauseMs);
      tally.retriedByKind[kind]++;
    }
  }

  private async attempt(url: URL, key: string): Promise<Attempt> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
      });
      if (response.ok) return { kind: 'done', runId: ((await response.json()) as EffectReceipt).runId };
      const reason = `${response.status} ${await response.text()}`;
      return { kind: RETRYABLE.has(response.status) ? 'again' : 'failed', reason };
    } catch (thrown) {
      return { kind: 'again', reason: String(thrown) }; // It timed out, or the connection broke.
    }
  }
}
