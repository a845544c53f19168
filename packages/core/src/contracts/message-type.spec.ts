import { describe, expect, it } from '@jest/globals';
import { describeMessage } from './message-type.js';
import { Message, ReliableEvent } from './message.js';
import type { MessageOptions } from './message.js';
import { Command, Query, REQUEST_KIND } from './request.js';

describe('the type of a message', () => {
  class Buy extends Command {}
  class Look extends Query<string> {}
  class Bought {}

  it('is a command, a query, or else an event', () => {
    expect(describeMessage(Buy).kind).toBe('command');
    expect(describeMessage(Look).kind).toBe('query');
    expect(describeMessage(Bought).kind).toBe('event');
  });

  it('is recognized across two copies of this package', () => {
    class CommandOfAnotherCopy {}
    Object.defineProperty(CommandOfAnotherCopy.prototype, Symbol.for('catga.request-kind'), {
      value: 'command',
    });
    expect(REQUEST_KIND).toBe(Symbol.for('catga.request-kind'));
    expect(describeMessage(class Sell extends CommandOfAnotherCopy {}).kind).toBe('command');
  });

  it('is named after its class, or as @Message says', () => {
    @Message({ name: 'shop.buy.v1' })
    class Named extends Command {}
    expect(describeMessage(Bought).name).toBe('Bought');
    expect(describeMessage(Named).name).toBe('shop.buy.v1');
    expect(describeMessage(class Derived extends Named {}).name).toBe('Derived');
  });

  it('is refused if it has no name', () => {
    expect(() => describeMessage(class {})).toThrow(/anonymous class needs @Message/);
    @Message({ name: '' })
    class Empty {}
    expect(() => describeMessage(Empty)).toThrow(/needs @Message\(\{ name \}\)/);
  });

  describe('says which errors of its handlers are meant', () => {
    const described = (options: MessageOptions<object>, base: new () => object = Buy) => {
      class Described extends base {}
      Message({ name: 'described', ...options })(Described);
      return () => describeMessage(Described);
    };

    it('by classes, codes, names and functions', () => {
      const outcomes = { only: [RangeError, 'CODE'], except: [404, (error: Error) => error.message === ''] };
      expect(described({ outcomes, deadLetterOn: [TypeError] })()).toMatchObject({
        outcomes,
        deadLetterOn: [TypeError],
      });
    });

    it('and is refused if it says it of another kind of message, or wrongly', () => {
      expect(described({ outcomes: {} }, Bought)).toThrow(/outcomes is for requests/);
      expect(described({ deadLetterOn: [] }, Look)).toThrow(/deadLetterOn is for commands and events/);
      const wrong = (match: unknown) => described({ deadLetterOn: [match as never] });
      expect(wrong(undefined)).toThrow(/deadLetterOn\.0 .*circular import\?/);
      expect(wrong(class Other {})).toThrow(/a class that extends Error, and Other does not/);
      expect(wrong('')).toThrow(/deadLetterOn\.0/);
      expect(wrong({})).toThrow(/deadLetterOn\.0/);
      expect(described({ outcomes: { only: 'X' as never } })).toThrow(/outcomes\.only must be a list/);
      expect(described({ outcomes: { never: [] } as never })).toThrow(/outcomes\.never is an unknown option/);
    });
  });

  describe('its quality of service is decided in one place', () => {
    const declared = (qos: 0 | 1 | 2, base: new () => object): ReturnType<typeof describeMessage> => {
      class Declared extends base {}
      Message({ qos })(Declared);
      return describeMessage(Declared);
    };

    it('by the kind: 1 for commands, 0 for queries and events', () => {
      expect([Buy, Look, class Happened {}].map((target) => describeMessage(target).qos)).toEqual([1, 0, 0]);
    });

    it('by @ReliableEvent: 1, or 2', () => {
      @ReliableEvent()
      class One {}
      @ReliableEvent({ qos: 2 })
      class Two {}
      expect([One, Two].map((target) => describeMessage(target).qos)).toEqual([1, 2]);
      expect(describeMessage(class Inherited extends Two {}).qos).toBe(2);
    });

    it('by @Message, whatever the kind', () => {
      expect(declared(2, Buy).qos).toBe(2);
      expect(declared(0, Buy).qos).toBe(0);
      expect(declared(1, Look).qos).toBe(1);
      expect(declared(1, class {}).qos).toBe(1);
    });

    it('and refuses two decorators that disagree', () => {
      @ReliableEvent({ qos: 2 })
      @Message({ qos: 1 })
      class Torn {}
      @ReliableEvent({ qos: 2 })
      @Message({ qos: 2 })
      class Agreed {}
      expect(() => describeMessage(Torn)).toThrow(/Torn.*QoS 1.*QoS 2; keep one/);
      expect(describeMessage(Agreed).qos).toBe(2);
    });

    it('and refuses @ReliableEvent on a request', () => {
      @ReliableEvent()
      class Wrong extends Command {}
      expect(() => describeMessage(Wrong)).toThrow(/@ReliableEvent is for events; a command says @Message/);
    });
  });

  it.each([
    ['an unknown qos', { qos: 3 as never }, /qos must be 0, 1 or 2/],
    ['a timeout of nothing', { timeoutMs: 0 }, /timeoutMs must be above 0/],
    ['a timeout that is no number', { timeoutMs: NaN }, /timeoutMs must be above 0/],
    ['a cache of a command', { cache: { ttlMs: 1 } }, /cache is for queries/],
  ] as const)('is refused for %s', (_, options, problem) => {
    class Wrong extends Command {}
    Message(options as MessageOptions<Wrong>)(Wrong);
    expect(() => describeMessage(Wrong)).toThrow(problem);
    expect(() => describeMessage(Wrong)).toThrow(expect.objectContaining({ code: 'CATGA_CONFIGURATION' }));
  });

  it('is refused for a cache that keeps nothing', () => {
    @Message({ cache: { ttlMs: 0 } })
    class Wrong extends Query<string> {}
    expect(() => describeMessage(Wrong)).toThrow(/cache.ttlMs must be above 0/);
  });

  describe('its key', () => {
    it('is a field', () => {
      @Message({ key: 'id' })
      class Keyed {
        constructor(readonly id?: unknown) {}
      }
      const { keyOf } = describeMessage(Keyed);
      expect([new Keyed('a'), new Keyed(7), new Keyed(7n), new Keyed(), new Keyed(null)].map(keyOf!)).toEqual(
        ['a', '7', '7', undefined, undefined],
      );
      expect(() => keyOf!(new Keyed({}))).toThrow(/neither text nor a number/);
    });

    it('is a function of the message', () => {
      @Message<Keyed>({ key: ({ first, last }) => `${first}-${last}` })
      class Keyed {
        readonly first = 'a';
        readonly last = 'b';
      }
      expect(describeMessage(Keyed).keyOf!(new Keyed())).toBe('a-b');
      expect(describeMessage(Unkeyed).keyOf).toBeUndefined();
    });
  });
});

class Unkeyed {}
