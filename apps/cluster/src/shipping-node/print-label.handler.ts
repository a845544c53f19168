import { EventHandler } from '@catga/nestjs';
import type { IEventHandler, MessageContext } from '@catga/nestjs';
import { OrderAccepted } from '@catga/contracts';

/** Of the load's orders, each with a number, these many have a label that succeeds at the second attempt. */
const JAMS_EVERY = 51;
/** And these many one that never succeeds: a dead letter. */
const FAILS_EVERY = 501;

/** Prints the label of an order, with a printer as printers are. */
@EventHandler(OrderAccepted, { name: 'Labels', maxAttempts: 3, backoff: { initialDelayMs: 100 } })
export class PrintLabelHandler implements IEventHandler<OrderAccepted> {
  async handle({ orderId }: OrderAccepted, { attempt }: MessageContext): Promise<void> {
    const number = Number(/-(\d+)$/.exec(orderId)?.[1] ?? 1);
    if (number % FAILS_EVERY === 0) throw new RangeError(`The address of order ${orderId} fits on no label.`);
    if (number % JAMS_EVERY === 0 && attempt === 1) throw new Error('The printer jams.');
  }
}
