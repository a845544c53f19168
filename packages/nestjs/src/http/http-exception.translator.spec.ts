import { describe, expect, it } from '@jest/globals';
import { ConflictException, HttpException, Injectable } from '@nestjs/common';
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

  it('does not bring its cause along', async () => {
    const { errors } = await twice(7);
    expect((errors[1] as HttpException).cause).toBeUndefined();
  });
});
