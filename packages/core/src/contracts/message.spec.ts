import { describe, expect, it } from '@jest/globals';
import { Message, ReliableEvent, readMessageMetadata } from './message.js';

describe('@Message and @ReliableEvent', () => {
  it('keep what they say on the class itself, in either order', () => {
    @Message({ name: 'a.v1', timeoutMs: 5 })
    @ReliableEvent({ qos: 2 })
    class First {}
    @ReliableEvent({ qos: 2 })
    @Message({ name: 'a.v1', timeoutMs: 5 })
    class Second {}
    for (const target of [First, Second]) {
      expect(readMessageMetadata(target)).toEqual({
        options: { name: 'a.v1', timeoutMs: 5 },
        reliableQos: 2,
      });
      expect(Object.isFrozen(readMessageMetadata(target).options)).toBe(false);
      expect(Object.keys(target)).toEqual([]);
    }
  });

  it('may be applied twice, the outer one adding to the inner', () => {
    @Message({ timeoutMs: 7 })
    @Message({ name: 'a.v1', timeoutMs: 5 })
    class Twice {}
    expect(readMessageMetadata(Twice).options).toEqual({ name: 'a.v1', timeoutMs: 7 });
  });

  it('are inherited, except for the name, which is never inherited', () => {
    @ReliableEvent()
    @Message({ name: 'base.v1', timeoutMs: 5, key: 'id' })
    class Base {
      readonly id = 'x';
    }
    class Plain extends Base {}
    @Message({ timeoutMs: 9 })
    class Derived extends Plain {}
    expect(readMessageMetadata(Plain)).toEqual({ options: { timeoutMs: 5, key: 'id' }, reliableQos: 1 });
    expect(readMessageMetadata(Derived)).toEqual({ options: { timeoutMs: 9, key: 'id' }, reliableQos: 1 });
    expect(readMessageMetadata(Base).options.name).toBe('base.v1');
  });

  it('on a derived class do not reach its base or its siblings', () => {
    class Base {}
    @Message({ timeoutMs: 5 })
    class One extends Base {}
    class Other extends Base {}
    expect(readMessageMetadata(One).options).toEqual({ timeoutMs: 5 });
    expect(readMessageMetadata(Base)).toEqual({ options: {} });
    expect(readMessageMetadata(Other)).toEqual({ options: {} });
  });

  it('say nothing of a class that has none', () => {
    expect(readMessageMetadata(class {})).toEqual({ options: {} });
  });
});
