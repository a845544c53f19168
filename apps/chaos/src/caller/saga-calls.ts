import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { CatgaDeadLetters } from '@catga/nestjs';
import type { CatgaMediator } from '@catga/nestjs';
import { CatgaSagas } from '@catga/sagas';
import { FULFILMENT } from '../sagas/fulfilment.saga.js';
import { OrderPlaced } from '../sagas/messages.js';
import { orderIdOf } from '../sagas/order-plan.js';
import type { SagaEvidence } from '../sagas/saga-ends.js';
import type { CallerAsk } from './caller-protocol.js';

const TRIED_AGAIN_AFTER_MS = 200;
const PAGE = 500;

/** Places orders, so many a second. Resolves once each is stored. */
export async function startSagas(
  mediator: CatgaMediator,
  { count, rate }: Extract<CallerAsk, { readonly what: 'start sagas' }>,
): Promise<void> {
  const startMs = performance.now();
  const placing: Promise<void>[] = [];
  for (let number = 0; number < count; number++) {
    await pause(startMs + (number / rate) * 1000 - performance.now());
    placing.push(place(mediator, orderIdOf(number)));
  }
  await Promise.all(placing);
}

/** Under one id, until it is stored. */
async function place(mediator: CatgaMediator, orderId: string): Promise<void> {
  for (;;) {
    try {
      return await mediator.publish(new OrderPlaced(orderId), { messageId: orderId });
    } catch {
      await pause(TRIED_AGAIN_AFTER_MS);
    }
  }
}

/** All sagas that are stored, and what handlers gave up on. */
export async function sagasNow(
  app: INestApplicationContext,
): Promise<Pick<SagaEvidence, 'sagas' | 'deadLetters'>> {
  const found = new Map<string, SagaEvidence['sagas'][number]>();
  for (let after: string | undefined; ;) {
    const { items, next } = await app
      .get(CatgaSagas)
      .list({ saga: FULFILMENT }, { limit: PAGE, ...(after !== undefined && { after }) });
    for (const { id, status, reason } of items) found.set(id, { id, status, reason });
    if (next === undefined) break;
    after = next;
  }
  const deadLetters: { readonly orderId: string; readonly name: string }[] = [];
  for (let after: string | undefined; ;) {
    const { items, next } = await app.get(CatgaDeadLetters).list({}, after === undefined ? {} : { after });
    for (const { message, name } of items) {
      // Of a command or an event of an order, or of a signal to its saga.
      const { orderId, reference } = message as { readonly orderId?: string; readonly reference?: string };
      deadLetters.push({ orderId: orderId ?? reference ?? '', name });
    }
    if (next === undefined) break;
    after = next;
  }
  return { sagas: [...found.values()], deadLetters };
}
