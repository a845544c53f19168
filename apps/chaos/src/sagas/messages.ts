import { Command, Message, ReliableEvent } from '@catga/nestjs';

/** How long one attempt at a command may take, in milliseconds. */
const ATTEMPT_TIMEOUT_MS = 8000;

@ReliableEvent()
@Message({ name: 'chaos.order-placed' })
export class OrderPlaced {
  constructor(readonly orderId: string) {}
}

/** Its customer has read the notice. */
@ReliableEvent()
@Message({ name: 'chaos.order-confirmed' })
export class OrderConfirmed {
  constructor(readonly orderId: string) {}
}

/** Something that is done for an order. Resolves with who did it. */
abstract class OrderCommand extends Command<string> {
  constructor(readonly orderId: string) {
    super();
  }
}

@Message({ name: 'chaos.reserve', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Reserve extends OrderCommand {}

@Message({ name: 'chaos.release', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Release extends OrderCommand {}

@Message({ name: 'chaos.charge-order', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class ChargeOrder extends OrderCommand {}

@Message({ name: 'chaos.refund', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Refund extends OrderCommand {}

@Message({ name: 'chaos.pack-order', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class PackOrder extends OrderCommand {}

@Message({ name: 'chaos.unpack', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Unpack extends OrderCommand {}

@Message({ name: 'chaos.book', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Book extends OrderCommand {}

@Message({ name: 'chaos.cancel', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Cancel extends OrderCommand {}

@Message({ name: 'chaos.notify', timeoutMs: ATTEMPT_TIMEOUT_MS })
export class Notify extends OrderCommand {}
