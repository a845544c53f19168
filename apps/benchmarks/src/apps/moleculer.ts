import { ServiceBroker } from 'moleculer';
import { handlerClasses } from './distinct-class.js';

/** What a call carries. */
interface Numbered {
  readonly n: number;
}

/** Actions of one local Moleculer service. */
export async function moleculerActions(types: number) {
  const broker = new ServiceBroker({ logger: false });
  const handlers = handlerClasses<{ handle(context: { params: Numbered }): Promise<number> }>(
    types,
    'handle',
    '{ params: message }',
  ).map((Handler) => new Handler());
  const names = handlers.map((_, index) => `action${index}`);
  broker.createService({
    name: 'bench',
    actions: Object.fromEntries(
      handlers.map((handler, index) => [
        names[index] ?? '',
        { handler: (context: { params: Numbered }) => handler.handle(context) },
      ]),
    ),
  });
  await broker.start();
  const actions = names.map((name) => `bench.${name}`);
  return { broker, actions, close: () => broker.stop() };
}
