import type { EffectReceipt } from '@catga/contracts';
import type { NodeSettings } from '../../src/node/node-settings.js';
import { NodeProcess } from '../../src/conductor/node-process.js';
import type {
  Answer,
  ProbeError,
  ProbeNews,
  ProbeQuestions,
  ProbeSendOptions,
  QuestionName,
} from '../../src/probe/probe-channel.js';
import type { ProbeName } from '../../src/probe/probe-messages.js';

/** What came of a command that was sent. */
export type Outcome = { readonly runId: string } | { readonly error: ProbeError };

/** A node as a process of its own, which a test asks, tells, kills and suspends. */
export class ProbeProcess {
  /** The texts of the probes whose handlers were called, in their order. */
  readonly begun: string[] = [];
  /** Those whose handlers were told that it is in vain. */
  readonly overruled: string[] = [];
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private questions = 0;

  private constructor(
    readonly nodeId: string,
    readonly incarnation: number,
    private readonly process: NodeProcess,
  ) {
    process.onMessage((message) => this.heard(message as Answer | ProbeNews));
  }

  /** Resolves when it is a node of the cluster. */
  static async start(folder: string, settings: NodeSettings, logFile: string): Promise<ProbeProcess> {
    const process = NodeProcess.spawn(folder, settings, logFile);
    const { incarnation } = await process.ready();
    return new ProbeProcess(settings.nodeId, incarnation, process);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  get log(): string {
    return this.process.log();
  }

  /** The error, if there is one, is part of what it resolves with; resolves with nothing if the process ends first. */
  async send(probe: ProbeName, text: string, options: ProbeSendOptions = {}): Promise<Outcome> {
    const { value, error } = await this.question('send', { probe, text, options });
    return error === undefined ? { runId: (value as EffectReceipt).runId } : { error };
  }

  async ask<N extends Exclude<QuestionName, 'send'>>(
    name: N,
    asked: ProbeQuestions[N]['asked'],
  ): Promise<ProbeQuestions[N]['answer']> {
    const { value, error } = await this.question(name, asked);
    if (error !== undefined) throw new Error(error.message);
    return value as ProbeQuestions[N]['answer'];
  }

  /** The ids of the nodes that it sees and does not suspect. */
  async sees(): Promise<string> {
    const nodes = await this.ask('nodes', undefined);
    const alive = nodes.filter(({ status }) => status === 'alive').map(({ nodeId }) => nodeId);
    return alive.toSorted().join();
  }

  suspend(): void {
    this.process.suspend();
  }

  resume(): void {
    this.process.resume();
  }

  kill(): Promise<void> {
    return this.process.kill();
  }

  terminate(): Promise<void> {
    return this.process.terminate();
  }

  private question<N extends QuestionName>(name: N, asked: ProbeQuestions[N]['asked']): Promise<Answer> {
    const number = ++this.questions;
    return new Promise((resolve) => {
      this.waiting.set(number, resolve);
      this.process.post({ number, name, asked });
    });
  }

  private heard(message: Answer | ProbeNews): void {
    if ('begun' in message) return void this.begun.push(message.begun);
    if ('overruled' in message) return void this.overruled.push(message.overruled);
    this.waiting.get(message.number)?.(message);
    this.waiting.delete(message.number);
  }
}
