import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { CatgaError } from '../errors/catga-error.js';
import { PublishBatchError } from '../errors/publish-batch-error.js';
import { Message, ReliableEvent } from './message.js';
import { MessageRegistry } from '../handlers/message-registry.js';
import { noteCopy } from './copies.js';

afterEach(() => void jest.restoreAllMocks());

describe('two copies of the package', () => {
  it('are warned of, with the files they come from', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    noteCopy(); // The first was noted when this file was loaded.
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(
        /@catga\/core is loaded 2 times: \S*request\.\w+, \S*copies\.spec\.\w+\. Nest injects by class/,
      ),
      { type: 'CatgaWarning', code: 'CATGA_TWO_COPIES' },
    );
  });

  it('know the errors of each other', () => {
    class CatgaErrorOfAnotherCopy extends Error {}
    Object.defineProperty(CatgaErrorOfAnotherCopy.prototype, Symbol.for('catga.error'), { value: true });
    expect(new CatgaErrorOfAnotherCopy()).toBeInstanceOf(CatgaError);
    expect(new CatgaErrorOfAnotherCopy()).not.toBeInstanceOf(PublishBatchError);
    expect(new CatgaError('CATGA_TIMEOUT', 'late')).toBeInstanceOf(CatgaError);
    expect(new CatgaError('CATGA_TIMEOUT', 'late')).not.toBeInstanceOf(PublishBatchError);
    expect(new Error('late')).not.toBeInstanceOf(CatgaError);
  });
});

describe('a class that was loaded twice', () => {
  it('is told from two classes that share a name by chance', () => {
    const load = (): new () => object => class OrderPlaced {};
    const registry = new MessageRegistry();
    registry.typeOf(load());
    expect(() => registry.typeOf(load())).toThrow(
      /named OrderPlaced share the wire name.*loaded twice, by two bundles/,
    );
  });
});

describe('a decorator of messages on what is none', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a method', () => decorate(Message({}), 'prototype'), /^@Message is on Cart\.add, which is no class/],
    [
      'a static method',
      () => decorate(Message({}), 'static'),
      /^@Message is on Cart\.add, which is no class/,
    ],
    ['a method', () => decorate(ReliableEvent(), 'prototype'), /^@ReliableEvent is on Cart\.add/],
    [
      'a class without parentheses',
      () => (ReliableEvent as (target: object) => unknown)(class {}),
      /parentheses/,
    ],
  ])('is refused: %s', (_where, run, message) => {
    expect(run).toThrow(message);
    expect(run).toThrow(CatgaError);
  });
});

function decorate(decorator: unknown, where: 'prototype' | 'static'): void {
  class Cart {
    static add(): void {}
    add(): void {}
  }
  const target = where === 'static' ? Cart : Cart.prototype;
  (decorator as MethodDecorator)(target, 'add', { value: Cart.add });
}
