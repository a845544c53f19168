import { describe, expect, it } from '@jest/globals';
import * as common from '@nestjs/common';
import { ConflictException, HttpException, Injectable, NotFoundException } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { httpExceptionTranslator } from './http-exception.translator.js';
import { start } from '../application.fixture.js';
import { CatgaMediator, Command, RequestHandler } from '../index.js';

class Reserve extends Command {
  constructor(readonly seat: number) {
    super();
  }
}

@Injectable()
class Theatre {
  calls = 0;

  @RequestHandler(Reserve)
  reserve({ seat }: Reserve): void {
    this.calls++;
    throw seat === 0
      ? new HttpException('no such seat', 404)
      : new ConflictException({ reason: 'taken', seat }, { cause: new Error('constraint seats_pk') });
  }
}

async function twice(seat: number): Promise<{ readonly errors: readonly unknown[]; readonly calls: number }> {
  const module = await start({ providers: [Theatre] });
  const send = (): Promise<unknown> =>
    module
      .get(CatgaMediator)
      .send(new Reserve(seat), { messageId: 'r1' })
      .catch((thrown: unknown) => thrown);
  const errors = [await send(), await send()];
  await module.close();
  return { errors, calls: module.get(Theatre).calls };
}

describe('an HttpException that is replayed for a repeated id', () => {
  it('is an HttpException again, with its status, response, name and message', async () => {
    const { errors, calls } = await twice(7);
    const [first, replayed] = errors as HttpException[];
    expect(calls).toBe(1);
    expect(first).toBeInstanceOf(ConflictException);
    expect(replayed).toBeInstanceOf(HttpException);
    expect(replayed?.getStatus()).toBe(409);
    expect(replayed?.getResponse()).toEqual({ reason: 'taken', seat: 7 });
    expect(replayed?.name).toBe('ConflictException');
    expect(replayed?.message).toBe(first?.message);
  });

  it('keeps a response that is text', async () => {
    const { errors } = await twice(0);
    const replayed = errors[1] as HttpException;
    expect([replayed.getStatus(), replayed.getResponse(), replayed.message]).toEqual([
      404,
      'no such seat',
      'no such seat',
    ]);
  });

  it('brings its cause along by name and message', async () => {
    const { errors } = await twice(7);
    expect((errors[1] as HttpException).cause).toMatchObject({
      name: 'Error',
      message: 'constraint seats_pk',
    });
  });

  it("is an instance of Nest's own class", async () => {
    const { errors } = await twice(7);
    expect(errors[1]).toBeInstanceOf(ConflictException);
    expect((await twice(0)).errors[1]).toBeInstanceOf(NotFoundException);
  });
});

describe('an HttpException on the wire', () => {
  const carry = (error: HttpException): Error | undefined => {
    const encoded = JSON.parse(JSON.stringify(httpExceptionTranslator.encode(error))) as { data: unknown };
    const { name, message } = error;
    return httpExceptionTranslator.decode({ type: 'http', name, message, data: encoded.data });
  };
  const builtIn = Object.values(common as Record<string, unknown>).filter(
    (value): value is Type<HttpException> =>
      typeof value === 'function' && value.prototype instanceof HttpException,
  );

  it.each(builtIn.map((type) => [type.name, type] as const))('arrives as a %s if it is one', (name, type) => {
    const sent = new type({ reason: 'because' }, { description: 'Described' });
    const arrived = carry(sent);
    expect(arrived).toBeInstanceOf(type);
    expect(arrived).toMatchObject({ name, message: sent.message, options: { description: 'Described' } });
    expect((arrived as HttpException).getStatus()).toBe(sent.getStatus());
    expect((arrived as HttpException).getResponse()).toEqual({ reason: 'because' });
  });

  it('knows every class that Nest has', () => expect(builtIn.length).toBeGreaterThanOrEqual(21));

  it("that extends one of Nest's classes arrives as that, under its own name", () => {
    class OutOfStock extends ConflictException {}
    const arrived = carry(new OutOfStock('no tea'));
    expect(arrived).toBeInstanceOf(ConflictException);
    expect(arrived?.name).toBe('OutOfStock');
    expect((arrived as HttpException).getResponse()).toMatchObject({ statusCode: 409, message: 'no tea' });
  });

  it('of a status that Nest has no class for stays an HttpException', () => {
    const arrived = carry(new HttpException({ retry: false }, 451));
    expect(arrived).toBeInstanceOf(HttpException);
    expect(Object.getPrototypeOf(arrived)).toBe(HttpException.prototype);
    expect((arrived as HttpException).getStatus()).toBe(451);
  });

  it('whose response is an error keeps that from clients', () => {
    const arrived = carry(new HttpException(new Error('secret') as never, 500));
    expect((arrived as HttpException).getResponse()).toBeInstanceOf(Error);
  });

  it.each([undefined, null, 'x', {}, { status: 'teapot' }])('is not made of %j', (data) => {
    const decode = (): unknown =>
      httpExceptionTranslator.decode({ type: 'http', name: 'x', message: 'x', data });
    let made: unknown;
    try {
      made = decode();
    } catch {
      made = undefined; // As good: the codec takes either for an error it does not know.
    }
    expect(made).toBeUndefined();
  });
});
