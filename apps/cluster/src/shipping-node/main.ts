import { readNodeSettings } from '../node/node-settings.js';
import { serveNode } from '../node/serve-node.js';
import { ShippingModule } from './shipping.module.js';

await serveNode(ShippingModule.with(readNodeSettings('shipping-1')));
