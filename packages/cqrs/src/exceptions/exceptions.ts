/**
 * Error for a command without a handler, in this process or on any node it may be sent to.
 *
 * @publicApi
 */
export class CommandHandlerNotFoundException extends Error {
  constructor(commandName: string, options?: ErrorOptions) {
    super(`The command ${commandName} has no handler.`, options);
  }
}

/**
 * Error for a query without a handler, in this process or on any node it may be sent to.
 *
 * @publicApi
 */
export class QueryHandlerNotFoundException extends Error {
  constructor(queryName: string, options?: ErrorOptions) {
    super(`The query ${queryName} has no handler.`, options);
  }
}

/**
 * Error for a command handler without its decorator or its method.
 *
 * @publicApi
 */
export class InvalidCommandHandlerException extends Error {
  constructor() {
    super('A command handler must be a class with @CommandHandler(…) and a method execute.');
  }
}

/**
 * Error for a query handler without its decorator or its method.
 *
 * @publicApi
 */
export class InvalidQueryHandlerException extends Error {
  constructor() {
    super('A query handler must be a class with @QueryHandler(…) and a method execute.');
  }
}

/**
 * Error for an event handler without its decorator or its method.
 *
 * @publicApi
 */
export class InvalidEventsHandlerException extends Error {
  constructor() {
    super('An event handler must be a class with @EventsHandler(…) and a method handle.');
  }
}

/**
 * Error for a saga that is not a function or does not return an observable.
 *
 * @publicApi
 */
export class InvalidSagaException extends Error {
  constructor() {
    super('A saga must be a function of the stream of events that returns an observable of commands.');
  }
}

/**
 * Error for a saga in a class that is request-scoped, or depends on one that is.
 *
 * @publicApi
 */
export class UnsupportedSagaScopeException extends Error {
  constructor() {
    super(
      'A class with sagas cannot be request-scoped: resolve request-scoped providers within the saga, with ModuleRef and the ' +
        "event's AsyncContext.",
    );
  }
}
