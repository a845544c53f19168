import { readNodeSettings } from '../node/node-settings.js';
import { serveNode } from '../node/serve-node.js';
import { OrdersModule } from './orders.module.js';

await serveNode(OrdersModule.with(readNodeSettings('orders-1')));
