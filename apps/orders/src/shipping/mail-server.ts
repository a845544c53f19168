import { Inject, Injectable, Logger } from '@nestjs/common';
import { SETTINGS } from '../settings/settings.js';
import type { Settings } from '../settings/settings.js';

/** Fake mail server. Can be set to fail, to show retries and dead letters. */
@Injectable()
export class MailServer {
  private readonly logger = new Logger(MailServer.name);
  private failuresLeft: number;

  constructor(@Inject(SETTINGS) { shippingMailFailures }: Pick<Settings, 'shippingMailFailures'>) {
    this.failuresLeft = shippingMailFailures;
  }

  /** How many of the next mails fail; Infinity for all. */
  failNext(mails: number): void {
    this.failuresLeft = mails;
  }

  send(customerId: string, text: string): Promise<void> {
    if (this.failuresLeft > 0) {
      this.failuresLeft -= 1;
      return Promise.reject(new Error('The mail server is down (simulated).'));
    }
    this.logger.log(`To ${customerId}: ${text}`);
    return Promise.resolve();
  }
}
