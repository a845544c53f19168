// The process that runs the sagas of the shop. It may be killed at any time.
import { CatgaSagasModule } from '@catga/sagas';
import { clusterModule } from '../node/cluster-module.js';
import { readNodeSettings } from '../node/node-settings.js';
import { serveNode } from '../node/serve-node.js';
import { FulfilmentSaga } from './fulfilment.saga.js';
import { PaymentTerm } from './payment-term.js';

class FulfilmentModule {}

await serveNode({
  module: FulfilmentModule,
  imports: [clusterModule('fulfilment', readNodeSettings('fulfilment-1')), CatgaSagasModule.forRoot()],
  providers: [{ provide: PaymentTerm, useFactory: () => PaymentTerm.fromEnvironment() }, FulfilmentSaga],
});
