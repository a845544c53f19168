import { CatgaError } from '@catga/nestjs';
import type { Command } from '@catga/nestjs';
import { days } from '../definition/durations.js';
import type { SagaContext, SagaSendOptions } from './saga-context.js';

/** As of all that is queued with a delay. */
const LONGEST_TIMEOUT_MS = days(366);

/** What a method asked for. */
export type Intent =
  | { readonly kind: 'send'; readonly command: Command<unknown>; readonly undo: Command<unknown> | undefined }
  | { readonly kind: 'publish'; readonly event: object }
  | { readonly kind: 'timeout'; readonly name: string; readonly delayMs: number };

/** How a method ended its saga. */
export type Ending = { readonly kind: 'complete' } | { readonly kind: 'compensate'; readonly reason: string };

/** Context of one method call: collects its requests. */
export class StepContext implements SagaContext<unknown> {
  readonly intents: Intent[] = [];
  ending: Ending | undefined;
  private hasReturned = false;

  constructor(
    private readonly saga: string,
    readonly id: string,
    public state: unknown,
    private readonly timeouts: { has(name: string): boolean },
  ) {}

  send(command: Command<unknown>, { undo }: SagaSendOptions = {}): void {
    this.checkOpen('send');
    this.intents.push({ kind: 'send', command, undo });
  }

  publish(event: object): void {
    this.checkOpen('publish');
    this.intents.push({ kind: 'publish', event });
  }

  timeout(name: string, delayMs: number): void {
    this.checkOpen('timeout');
    if (!this.timeouts.has(name))
      throw this.misused(`asks for the timeout '${name}', and has no method with @OnTimeout('${name}')`);
    if (!(delayMs >= 0 && delayMs <= LONGEST_TIMEOUT_MS))
      throw this.misused(
        `asks for the timeout '${name}' after ${delayMs} ms, which is not from 0 to ${LONGEST_TIMEOUT_MS}`,
      );
    this.intents.push({ kind: 'timeout', name, delayMs });
  }

  compensate(reason: string): void {
    this.checkOpen('compensate');
    this.ending = { kind: 'compensate', reason };
  }

  complete(): void {
    this.checkOpen('complete');
    this.ending = { kind: 'complete' };
  }

  /** Called when the method has returned: later calls throw. */
  close(): void {
    this.hasReturned = true;
  }

  private checkOpen(method: string): void {
    if (this.hasReturned)
      throw this.misused(`calls ${method} after its method has returned: await everything the method starts`);
    if (this.ending !== undefined) throw this.misused(`calls ${method} after ${this.ending.kind}`);
  }

  private misused(problem: string): CatgaError {
    return new CatgaError('CATGA_CONFIGURATION', `The saga ${this.saga} '${this.id}' ${problem}.`, {
      details: { saga: this.saga, id: this.id },
    });
  }
}
