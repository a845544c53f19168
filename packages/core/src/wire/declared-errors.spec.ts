import { describe, expect, it } from '@jest/globals';
import { isNativeError } from 'node:util/types';
import type { ErrorClass } from '../contracts/error-class.js';
import { DeclaredErrors } from './declared-errors.js';
import { ErrorCodec, RemoteError } from './error-codec.js';
import { json } from './json-serializer.js';
import { msgpack } from './msgpack/msgpack-serializer.js';

let constructed = 0;

class InsufficientFunds extends Error {
  static readonly wireName: string = 'billing.insufficient-funds';
  override readonly name = 'InsufficientFunds';
  readonly code = 'FUNDS';

  constructor(readonly missing: { readonly cents: number; readonly currency: string }) {
    super(`${missing.cents} are missing`);
    constructed++;
  }

  get isSmall(): boolean {
    return this.missing.cents < 100;
  }
}

class CardDeclined extends InsufficientFunds {
  readonly card = 'visa';
}

class Guarded extends Error {
  set secret(_value: unknown) {
    throw new Error('a setter ran');
  }
  get retryable(): boolean {
    return true;
  }
}

describe.each([json(), msgpack()])('an error of a declared class over $name', (serializer) => {
  const carry = (error: Error, declared: readonly ErrorClass[]): Error => {
    const codec = (): ErrorCodec => {
      const errors = new DeclaredErrors();
      for (const target of declared) errors.declare(target, 'Pay');
      return new ErrorCodec([errors]);
    };
    return codec().decode(serializer.decode(serializer.encode(codec().encode(error))) as never);
  };

  it('arrives as an instance of it, with its own properties, and the constructor does not run', () => {
    const error = new InsufficientFunds({ cents: 5, currency: 'EUR' });
    error.cause = new TypeError('bank said no');
    const before = constructed;
    const arrived = carry(error, [InsufficientFunds]);
    expect(constructed).toBe(before);
    expect(arrived).toBeInstanceOf(InsufficientFunds);
    expect(isNativeError(arrived)).toBe(true);
    expect(arrived).toMatchObject({
      name: 'InsufficientFunds',
      message: '5 are missing',
      code: 'FUNDS',
      missing: { cents: 5, currency: 'EUR' },
      isSmall: true,
      cause: { name: 'TypeError', message: 'bank said no' },
    });
  });

  it('arrives as the nearest declared class that its own extends', () => {
    const arrived = carry(new CardDeclined({ cents: 5, currency: 'EUR' }), [InsufficientFunds]);
    expect(arrived).toBeInstanceOf(InsufficientFunds);
    expect(arrived).not.toBeInstanceOf(CardDeclined);
    expect(arrived).toMatchObject({ card: 'visa' });
  });

  it('keeps data away from setters, accessors and prototypes', () => {
    const error = new Guarded('x');
    for (const key of ['secret', '__proto__', 'constructor'])
      Object.defineProperty(error, key, { value: { polluted: true }, enumerable: true });
    const arrived = carry(error, [Guarded]);
    expect(arrived).toBeInstanceOf(Guarded);
    expect(Object.getPrototypeOf(arrived)).toBe(Guarded.prototype);
    expect(arrived).toMatchObject({ secret: { polluted: true }, retryable: true });
    expect(Object.hasOwn(arrived, 'constructor')).toBe(false);
    expect({}).not.toHaveProperty('polluted');
  });

  it('leaves out what is no data, and what is too much', () => {
    const error = Object.assign(new Guarded('x'), { run: () => 1, text: 'x'.repeat(1_000_000), at: 1n });
    const arrived = carry(error, [Guarded]) as Guarded & { readonly text: string };
    expect(arrived).not.toHaveProperty('run');
    expect(arrived).toHaveProperty('at', '1');
    expect(arrived.text.length).toBeLessThan(70_000);
  });
});

describe('declared errors', () => {
  const named = (): ErrorClass => class Same extends Error {};

  it('of one wire name are refused, with the fix; the same class may be declared twice', () => {
    const errors = new DeclaredErrors();
    errors.declare(InsufficientFunds, 'Pay');
    expect(() => errors.declare(InsufficientFunds, 'Refund')).not.toThrow();
    errors.declare(named(), 'Pay');
    expect(() => errors.declare(named(), 'Refund')).toThrow(/Refund.*'Same'.*wireName/);
  });

  it('without a name are refused', () => {
    expect(() => new DeclaredErrors().declare((() => class extends Error {})(), 'Pay')).toThrow(/wireName/);
  });

  it('do not inherit the wire name of the class they extend', () => {
    const errors = new DeclaredErrors();
    errors.declare(InsufficientFunds, 'Pay');
    expect(() => errors.declare(CardDeclined, 'Pay')).not.toThrow();
  });

  it('that the other side does not know arrive by name, message and code', () => {
    const errors = new DeclaredErrors();
    errors.declare(InsufficientFunds, 'Pay');
    const encoded = new ErrorCodec([errors]).encode(new InsufficientFunds({ cents: 5, currency: 'EUR' }));
    const arrived = new ErrorCodec([new DeclaredErrors()]).decode(encoded);
    expect(arrived).toBeInstanceOf(RemoteError);
    expect(arrived).toMatchObject({ name: 'InsufficientFunds', code: 'FUNDS' });
  });
});
