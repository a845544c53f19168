/**
 * No handler for a command, in this process or where it may go.
 *
 * @publicApi
 */
export class CommandHandlerNotFoundException extends Error {
  constructor(commandName: string, options?: ErrorOptions) {
    super(`The command ${commandName} has no handler.`, options);
  }
}

/**
 * No handler for a query, in this process or where it may go.
 *
 * @publicApi
 */
export class QueryHandlerNotFoundException extends Error {
  constructor(queryName: string, options?: ErrorOptions) {
    super(`The query ${queryName} has no handler.`, options);
  }
}

/**
 * A command handler without its decorator or its method.
 *
 * @publicApi
 */
export class InvalidCommandHandlerException extends Error {
  constructor() {
    super('A command handler must be a class with @CommandHandler(…) and a method execute.');
  }
}

/**
 * A query handler without its decorator or its method.
 *
 * @publicApi
 */
export class InvalidQueryHandlerException extends Error {
  constructor() {
    super('A query handler must be a class with @QueryHandler(…) and a method execute.');
  }
}

/**
 * An event handler without its decorator or its method.
 *
 * @publicApi
 */
export class InvalidEventsHandlerException extends Error {
  constructor() {
    super('An event handler must be a class with @EventsHandler(…) and a method handle.');
  }
}

/**
 * A saga that is no function, or returns no observable.
 *
 * @publicApi
 */
export class InvalidSagaException extends Error {
  constructor() {
    super('A saga must be a function of the stream of events that returns an observable of commands.');
  }
}

/**
 * A saga in a class that is request-scoped, or depends on one that is.
 *
 * @publicApi
 */
export class UnsupportedSagaScopeException extends Error {
  constructor() {
    super(
      'A class with sagas cannot be request-scoped: resolve what is request-scoped within the saga, with ModuleRef and the ' +
        "event's AsyncContext.",
    );
  }
}
