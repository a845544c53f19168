import type { DynamicModule, Provider } from '@nestjs/common';
import { CatgaSagasModule } from '@catga/sagas';
import type { LedgerClient } from '../ledger/ledger-client.js';
import { FulfilmentSaga } from '../sagas/fulfilment.saga.js';
import { OrderWork, PartnerHandlers, StockHandlers } from '../sagas/order-handlers.js';

/** What a node of a service has for the storm of sagas. */
export function sagasOf(
  service: string,
  ledger: LedgerClient,
): { readonly imports: readonly DynamicModule[]; readonly providers: readonly Provider[] } {
  const work = { provide: OrderWork, useFactory: () => new OrderWork(ledger) };
  return service === 'orders'
    ? { imports: [CatgaSagasModule.forRoot()], providers: [work, FulfilmentSaga, StockHandlers] }
    : { imports: [], providers: [work, PartnerHandlers] };
}
