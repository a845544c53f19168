import { CatgaEventSourcingModule, CatgaEventStreams, On, Projection } from '@catga/event-sourcing';
import { Placed } from './dashboard.fixture.js';
import type { DashboardApp, ServeOptions } from './dashboard.fixture.js';

/** A read model that takes no orders whose name begins with bad. */
@Projection({ name: 'orders.count' })
class Count {
  @On(Placed)
  placed({ order, card }: Placed): void {
    if (order.startsWith('bad')) throw new RangeError(`<b>${order}</b> of card ${card}`);
  }
}

export const COUNT = 'orders.count';

/** A read model for the shop, of a store in memory. */
export const PROJECTIONS = {
  imports: [CatgaEventSourcingModule.forRoot()],
  providers: [Count],
} satisfies ServeOptions;

/** Appends orders to a stream. */
export async function append({ app }: DashboardApp, ...orders: readonly string[]): Promise<void> {
  const events = orders.map((order) => ({
    name: 'orders.placed.v1',
    body: Buffer.from(JSON.stringify(new Placed(order))),
    serializer: 'json',
    headers: {},
  }));
  await app.get(CatgaEventStreams).store.append('orders/all', events, 'any');
}
