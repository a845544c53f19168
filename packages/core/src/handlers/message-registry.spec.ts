import { describe, expect, it } from '@jest/globals';
import { Message } from '../contracts/message.js';
import { MessageRegistry, messageClass } from './message-registry.js';

describe('the message types of an application', () => {
  it('are described once for each class', () => {
    class Moved {}
    const registry = new MessageRegistry();
    expect(registry.typeOf(Moved)).toBe(registry.typeOf(Moved));
    expect(registry.named('Moved')).toBe(registry.typeOf(Moved));
    expect(registry.named('Unknown')).toBeUndefined();
  });

  it('have each a wire name of its own: minified namesakes are refused, with the fix', () => {
    const one = (() => class a {})();
    const other = (() => class a {})();
    const registry = new MessageRegistry();
    registry.typeOf(one);
    expect(() => registry.typeOf(other)).toThrow(
      /share the wire name 'a'.*give one of them @Message\(\{ name \}\)/,
    );
    @Message({ name: 'another' })
    class a {}
    expect(registry.typeOf(a).name).toBe('another');
  });

  it('are not shared with another application in the process', () => {
    const one = (() => class Moved {})();
    const other = (() => class Moved {})();
    new MessageRegistry().typeOf(one);
    expect(new MessageRegistry().typeOf(other).name).toBe('Moved');
  });

  it.each([
    ['a plain object', {}],
    ['an object without a prototype', Object.create(null)],
    ['a list', []],
    ['text', 'text'],
    ['nothing', undefined],
    ['null', null],
  ])('are not asked of %s, which has none', (_, message) => {
    expect(messageClass(message)).toBeUndefined();
    expect(() => new MessageRegistry().typeOfMessage(message)).toThrow(/must be an instance of its class/);
  });
});
