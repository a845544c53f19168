import { Message, ReliableEvent } from '@catga/nestjs';

/** An order of the cluster demo is about to be placed. */
@ReliableEvent()
@Message({ name: 'cluster.order-accepted.v1' })
export class OrderAccepted {
  constructor(readonly orderId: string) {}
}
