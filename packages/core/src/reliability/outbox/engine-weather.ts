import type { CatgaLogger } from '../../ports/logger.js';
import { retryDelayMs } from '../retry-policy.js';
import { PAUSE } from './relay-services.js';
import type { Round } from './relay-services.js';

/** Whether the engine takes what a relay sends: says so once per change, and how long to wait after a failure. */
export class EngineWeather {
  private failedRounds = 0;

  constructor(private readonly logger: CatgaLogger) {}

  get pauseMs(): number {
    return retryDelayMs(PAUSE, this.failedRounds);
  }

  succeeded(round: Round): Round {
    if (this.failedRounds > 0)
      this.logger.log('The outbox is connected to the engine again, and sends its messages.');
    this.failedRounds = 0;
    return round;
  }

  failed(error: Error): Round {
    if (this.failedRounds++ === 0)
      this.logger.warn(`The engine is unavailable; messages are stored in the outbox: ${error.message}`);
    return 'failed';
  }
}
