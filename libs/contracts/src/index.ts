// Messages exchanged by the example applications.
export { BookShipment } from './cluster/book-shipment.command.js';
export type { EffectReceipt } from './cluster/effect-receipt.js';
export { OrderAccepted } from './cluster/order-accepted.event.js';
export { PlaceOrder } from './cluster/place-order.command.js';
export { CardEntered } from './fulfilment/card-entered.event.js';
export {
  BookParcel,
  ChargeCard,
  RefundCard,
  ReleaseItem,
  ReserveItem,
} from './fulfilment/fulfilment.commands.js';
export { OrderCheckedOut } from './fulfilment/order-checked-out.event.js';
export { CreateOrder } from './orders/create-order.command.js';
export type { OrderCreated } from './orders/create-order.command.js';
export { GetOrderHistory } from './orders/get-order-history.query.js';
export type { OrderHistoryEntry } from './orders/get-order-history.query.js';
export { GetOrder } from './orders/get-order.query.js';
export type { OrderLine } from './orders/order-line.js';
export { OrderPlaced } from './orders/order-placed.event.js';
export { OrderShipped } from './orders/order-shipped.event.js';
export type { OrderStatus, OrderView } from './orders/order-view.js';
export { ShipOrder } from './orders/ship-order.command.js';
export type { OrderDispatched } from './orders/ship-order.command.js';
export { ShippingMailSent } from './orders/shipping-mail-sent.event.js';
