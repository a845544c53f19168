import { describe, expect, it } from '@jest/globals';
import { CommandHandler, EventsHandler, QueryHandler, Saga } from '../index.js';

const nothing = undefined as unknown as new () => object;
class Known {}

/** What a decorator throws when the file of its class is loaded. */
function thrownBy(decorator: ClassDecorator): unknown {
  try {
    @decorator
    class Handler {}
    return Handler;
  } catch (thrown) {
    return thrown;
  }
}

describe('a decorator that gets nothing', () => {
  it.each([
    ['CommandHandler', CommandHandler(nothing), '@CommandHandler without the class of a command'],
    ['QueryHandler', QueryHandler(nothing), '@QueryHandler without the class of a query'],
    ['EventsHandler', EventsHandler(Known, nothing), '@EventsHandler without the class of an event'],
    ['EventsHandler of none', EventsHandler(), '@EventsHandler without the class of an event'],
    ['EventsHandler of options', EventsHandler({ maxAttempts: 2 }), '@EventsHandler without the class'],
  ])('keeps the application from being loaded, and names the class: %s', (_, decorator, problem) => {
    expect(thrownBy(decorator)).toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringMatching(
        new RegExp(`^Handler uses ${problem}.*; is it undefined because of a circular import\\?$`),
      ) as unknown,
    });
  });

  it('is refused on a static saga', () => {
    expect(() => {
      class Sagas {
        @Saga()
        static ship = (): void => {};
      }
      return Sagas;
    }).toThrow('Sagas uses @Saga on the static member ship');
  });
});
