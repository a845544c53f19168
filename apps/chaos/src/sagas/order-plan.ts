/** How an order of the storm of sagas goes, if nothing befalls it. */
export const PLANS = ['good', 'refused', 'broken', 'unconfirmed'] as const;
export type OrderPlan = (typeof PLANS)[number];

/** What is done for an order, in this order, each by a command of its own. */
export const DEEDS = ['reserve', 'charge', 'pack', 'book', 'notify'] as const;
export type Deed = (typeof DEEDS)[number];

/** What undoes a deed; a customer who was notified stays notified. */
export const UNDOINGS = { reserve: 'release', charge: 'refund', pack: 'unpack', book: 'cancel' } as const;
export type Undoing = (typeof UNDOINGS)[keyof typeof UNDOINGS];

/** Why a saga compensates. */
export const LATE = 'late';
/** How often a handler that fails is called: a dead letter is part of the plan. */
export const MAX_ATTEMPTS = 8;

/** Begins the ids of all orders. */
export const RUN = 'sagas';

export function orderIdOf(number: number): string {
  return `${RUN}.${number}.${PLANS[number % PLANS.length] ?? PLANS[0]}`;
}

export function planOf(orderId: string): OrderPlan {
  const name = orderId.split('.').at(-1);
  const plan = PLANS.find((one) => one === name);
  if (plan === undefined) throw new RangeError(`'${orderId}' is no order of the storm.`);
  return plan;
}
