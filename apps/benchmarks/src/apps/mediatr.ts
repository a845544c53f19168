import { Mediator, RequestData } from 'mediatr-ts';
import type { RequestHandler } from 'mediatr-ts';
import { handlerClasses, messageKinds, messagesInTurn } from './distinct-class.js';

/** Requests of mediatr-ts with its own resolver. */
export function mediatrRequests(types: number) {
  const kinds = messageKinds<RequestData<number>>(types, RequestData<number>);
  const mediator = new Mediator();
  handlerClasses<RequestHandler<RequestData<number>, number>>(types, 'handle').forEach((handler, index) => {
    const kind = kinds[index];
    if (kind !== undefined) mediator.registerHandler(kind.message, handler);
  });
  return { mediator, next: messagesInTurn(kinds) };
}
