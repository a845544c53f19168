import { Command, Message } from '@catga/nestjs';

/** Stock: puts an item aside. Resolves with the shelf. */
@Message({ name: 'stock.reserve-item.v1' })
export class ReserveItem extends Command<string> {
  constructor(
    readonly orderId: string,
    readonly item: string,
  ) {
    super();
  }
}

/** Stock: puts it back. */
@Message({ name: 'stock.release-item.v1' })
export class ReleaseItem extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

/** Payment. */
@Message({ name: 'payment.charge-card.v1' })
export class ChargeCard extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

/** Payment. */
@Message({ name: 'payment.refund-card.v1' })
export class RefundCard extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

/** Shipping: fails for what no carrier takes. */
@Message({ name: 'shipping.book-parcel.v1' })
export class BookParcel extends Command {
  constructor(
    readonly orderId: string,
    readonly item: string,
  ) {
    super();
  }
}
