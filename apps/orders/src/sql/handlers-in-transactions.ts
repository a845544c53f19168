import { EventHandler, RequestHandler } from '@catga/nestjs';
import { CreateOrder, OrderPlaced, OrderShipped, ShipOrder, ShippingMailSent } from '@catga/contracts';
import { RecordOrderHistory } from '../history/record-order-history.handler.js';
import { CreateOrderHandler } from '../orders/create-order.handler.js';
import { ShipOrderHandler } from '../orders/ship-order.handler.js';

// The same handlers, each in a transaction: its rows, the record of its message and what it publishes are one commit.
// A service that always has its database says `transaction: true` at the handlers themselves.

@RequestHandler(CreateOrder, { transaction: true })
export class CreateOrderInTransaction extends CreateOrderHandler {}

@RequestHandler(ShipOrder, { transaction: true })
export class ShipOrderInTransaction extends ShipOrderHandler {}

@EventHandler(OrderPlaced, OrderShipped, ShippingMailSent, { name: 'order-history', transaction: true })
export class RecordOrderHistoryInTransaction extends RecordOrderHistory {}
