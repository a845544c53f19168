import { distinctClass, handlerClasses, messageKinds, messagesInTurn } from './distinct-class.js';

/** The least that a mediator can do: a map from classes to async functions. */
export function rawHandlers<M extends object>(types: number, base?: abstract new () => object) {
  const kinds = messageKinds<M>(types, base);
  const handlers = new Map<unknown, (message: M) => Promise<number>>();
  handlerClasses<{ handle(message: M): Promise<number> }>(types, 'handle').forEach((Handler, index) => {
    const handler = new Handler();
    const make = distinctClass<{ of(target: typeof handler): (message: M) => Promise<number> }>(
      'Call',
      'static of(handler) { return (message) => handler.handle(message); }',
    );
    handlers.set(kinds[index]?.message, make.of(handler));
  });
  const send = (message: M): Promise<number> => {
    const handler = handlers.get(message.constructor);
    if (handler === undefined) throw new RangeError('A message without a handler.');
    return handler(message);
  };
  return { send, next: messagesInTurn(kinds) };
}

/** As {@link rawHandlers}, but it knows how many handlers run: the least that a node has to do that waits for them. */
export function countedHandlers<M extends object>(types: number, base?: abstract new () => object) {
  const { send, next } = rawHandlers<M>(types, base);
  let running = 0;
  const succeeded = (value: number): number => {
    running--;
    return value;
  };
  const failed = (thrown: unknown): never => {
    running--;
    throw thrown;
  };
  return {
    next,
    send: (message: M): Promise<number> => {
      running++;
      return send(message).then(succeeded, failed);
    },
    running: () => running,
  };
}
