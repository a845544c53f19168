import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { RequestHandler } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import type { LedgerClient } from '../ledger/ledger-client.js';
import {
  Book,
  Cancel,
  ChargeOrder,
  Notify,
  OrderConfirmed,
  PackOrder,
  Refund,
  Release,
  Reserve,
  Unpack,
} from './messages.js';
import { planOf } from './order-plan.js';
import type { Deed, Undoing } from './order-plan.js';

/** So that faults find some of it going on, in milliseconds. */
const WORK_MS = 5;

/** What was refused stays refused. */
class Declined extends Error {
  readonly retryable = false;
}

/** What may be otherwise next time. */
class NoAnswer extends Error {
  readonly retryable = true;
}

/** What is done for orders: the ledger has it with the key of its effect, by which a repetition would do nothing. */
@Injectable()
export class OrderWork {
  constructor(private readonly ledger: LedgerClient) {}

  async do(what: Deed | Undoing, orderId: string, { effectKey }: MessageContext): Promise<string> {
    await pause(WORK_MS);
    await this.ledger.tell('effect', `${orderId} ${what} ${effectKey}`);
    return what;
  }
}

/** The handlers of the stock, in the service of the sagas. */
@Injectable()
export class StockHandlers {
  constructor(private readonly work: OrderWork) {}

  @RequestHandler(Reserve)
  reserve({ orderId }: Reserve, context: MessageContext): Promise<string> {
    return this.work.do('reserve', orderId, context);
  }

  @RequestHandler(Release)
  release({ orderId }: Release, context: MessageContext): Promise<string> {
    return this.work.do('release', orderId, context);
  }

  @RequestHandler(PackOrder)
  pack({ orderId }: PackOrder, context: MessageContext): Promise<string> {
    return this.work.do('pack', orderId, context);
  }

  @RequestHandler(Unpack)
  unpack({ orderId }: Unpack, context: MessageContext): Promise<string> {
    return this.work.do('unpack', orderId, context);
  }
}

/** The handlers of other services, on a node of their own. */
@Injectable()
export class PartnerHandlers {
  constructor(private readonly work: OrderWork) {}

  @RequestHandler(ChargeOrder)
  async charge({ orderId }: ChargeOrder, context: MessageContext): Promise<string> {
    if (planOf(orderId) === 'refused') throw new Declined('no money');
    return this.work.do('charge', orderId, context);
  }

  @RequestHandler(Refund)
  refund({ orderId }: Refund, context: MessageContext): Promise<string> {
    return this.work.do('refund', orderId, context);
  }

  @RequestHandler(Book)
  async book({ orderId }: Book, context: MessageContext): Promise<string> {
    if (planOf(orderId) === 'broken') throw new NoAnswer('The carrier does not answer.');
    return this.work.do('book', orderId, context);
  }

  @RequestHandler(Cancel)
  cancel({ orderId }: Cancel, context: MessageContext): Promise<string> {
    return this.work.do('cancel', orderId, context);
  }

  @RequestHandler(Notify)
  async notify({ orderId }: Notify, context: MessageContext): Promise<string> {
    const done = await this.work.do('notify', orderId, context);
    // The customer answers at once, or never. Said again, it is the same answer.
    if (planOf(orderId) !== 'unconfirmed')
      await context.publish(new OrderConfirmed(orderId), { messageId: `confirmed-${orderId}` });
    return done;
  }
}
