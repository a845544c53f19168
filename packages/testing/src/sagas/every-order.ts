/** Options of {@link everyOrder}. */
export interface EveryOrderOptions {
  /**
   * Whether each message is also delivered a second time, at any point after the first.
   * @defaultValue false
   */
  readonly duplicates?: boolean;
}

/** Maximum number of orders; more would take minutes. */
const MAX_ORDERS = 10_000;

/**
 * All orders in which messages may arrive: permutations of the messages, with `duplicates` also of a second delivery of each. At most
 * 10,000: 7 messages, or 4 with duplicates.
 *
 * @example `for (const order of everyOrder([placed, paid], { duplicates: true })) await sagaTest(Fulfilment).given(...order)…`
 * @throws RangeError for more messages
 * @publicApi
 */
export function everyOrder<T>(
  messages: readonly T[],
  { duplicates = false }: EveryOrderOptions = {},
): Iterable<readonly T[]> {
  const each = duplicates ? 2 : 1;
  const orders = numberOf(messages.length, each);
  if (orders > MAX_ORDERS) {
    throw new RangeError(
      `${messages.length} messages ${duplicates ? 'with duplicates ' : ''}have ${orders} orders, more than ${MAX_ORDERS}: use fewer messages.`,
    );
  }
  return ordersOf(
    messages.map((message) => ({ message, left: each })),
    messages.length * each,
  );
}

interface Remaining<T> {
  readonly message: T;
  left: number;
}

function* ordersOf<T>(remaining: readonly Remaining<T>[], length: number): Generator<readonly T[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const one of remaining) {
    if (one.left === 0) continue;
    one.left -= 1;
    for (const rest of ordersOf(remaining, length - 1)) yield [one.message, ...rest];
    one.left += 1;
  }
}

function numberOf(messages: number, each: number): number {
  let orders = 1;
  for (let at = 1; at <= messages * each; at++) orders *= at;
  return orders / each ** messages;
}
