import { setTimeout as pause } from 'node:timers/promises';
import { NodeProcess } from '../conductor/node-process.js';
import type { NodeSettings } from '../node/node-settings.js';

/** As a supervisor would, but slowly enough to be watched. */
const AWAY_MS = 3000;

/** The process of the sagas, which gets a successor when it ends. */
export class SagaProcess {
  private running: NodeProcess | undefined;
  private isWanted = true;

  constructor(
    private readonly settings: NodeSettings,
    private readonly logFile: string,
    private readonly say: (line: string) => void,
  ) {}

  async start(): Promise<void> {
    const started = NodeProcess.spawn('fulfilment-node', this.settings, this.logFile);
    this.running = started;
    started.onCrash(() => void this.replace());
    await started.ready();
    this.say(`Sagas run in process ${started.pid}`);
  }

  async stop(): Promise<void> {
    this.isWanted = false;
    await this.running?.terminate();
  }

  /** For the very end of the process that started it. */
  killAtOnce(): void {
    this.isWanted = false;
    this.running?.killAtOnce();
  }

  private async replace(): Promise<void> {
    this.say('The process of the sagas has ended');
    await pause(AWAY_MS, undefined, { ref: false });
    if (this.isWanted) await this.start();
  }
}
