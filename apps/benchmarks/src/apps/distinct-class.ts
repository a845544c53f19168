import { compileFunction } from 'node:vm';

/**
 * A class compiled from source of its own. Fifty classes made by one class expression would share its code, and with it
 * what the compiler learned of each; the classes of an application do not.
 */
export function distinctClass<C>(name: string, body: string, base?: object): C {
  const heritage = base === undefined ? '' : 'extends Base';
  const make = compileFunction(`return class ${name} ${heritage} { ${body} }`, ['Base']) as (
    base?: object,
  ) => C;
  return make(base);
}

/** A class of messages, and a function that makes one of them, each with code of its own. */
export interface MessageKind<M extends object> {
  readonly message: new (n: number) => M;
  readonly make: (n: number) => M;
}

/** Message classes that carry a number; `base` is the class that a library wants them to extend. */
export function messageKinds<M extends object>(
  count: number,
  base?: abstract new () => object,
): readonly MessageKind<M>[] {
  return Array.from({ length: count }, (_, index) => {
    const construct = base === undefined ? 'this.n = n' : 'super(); this.n = n';
    const message = distinctClass<new (n: number) => M>(
      `Message${index}`,
      `constructor(n) { ${construct}; }`,
      base,
    );
    const make = compileFunction('return (n) => new Message(n)', ['Message']) as (
      message: new (n: number) => M,
    ) => (n: number) => M;
    return { message, make: make(message) };
  });
}

/** A handler class per kind: an async method that returns the message's number. */
export function handlerClasses<H>(
  count: number,
  method: string,
  parameters = 'message',
): readonly (new () => H)[] {
  return Array.from({ length: count }, (_, index) =>
    distinctClass<new () => H>(`Handler${index}`, `async ${method}(${parameters}) { return message.n; }`),
  );
}

/** Makes the next message: always of the one type, or of all types in turn. */
export function messagesInTurn<M extends object>(kinds: readonly MessageKind<M>[]): (turn: number) => M {
  const [only] = kinds;
  if (only === undefined) throw new RangeError('There are no messages to send.');
  if (kinds.length === 1) return only.make;
  const makers = kinds.map(({ make }) => make);
  return (turn) => (makers[turn % makers.length] ?? only.make)(turn);
}
