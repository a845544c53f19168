import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { CatgaDeadLetters, CatgaMediator } from '@catga/nestjs';
import { CatgaTesting, CatgaTestingModule } from '@catga/testing';
import { OrderShipped, ShippingMailSent } from '@catga/contracts';
import { MailServer } from './mail-server.js';
import { SendShippingMail } from './send-shipping-mail.handler.js';

const shipped = new OrderShipped('o1', 'c1', '2026-01-01T00:00:00.000Z');

describe('SendShippingMail', () => {
  let app: TestingModule;
  let testing: CatgaTesting;
  const send = jest.fn<MailServer['send']>();

  beforeEach(async () => {
    send.mockReset().mockResolvedValue();
    app = await Test.createTestingModule({
      imports: [
        CatgaTestingModule.forRoot({ retry: { maxAttempts: 2, initialDelayMs: 1000, jitter: false } }),
      ],
      providers: [{ provide: MailServer, useValue: { send } }, SendShippingMail],
    }).compile();
    app.useLogger(false);
    await app.init();
    testing = app.get(CatgaTesting);
  });
  afterEach(() => app.close());

  it('writes to the customer, then says so', async () => {
    await app.get(CatgaMediator).publish(shipped);
    await testing.settled();
    expect(send).toHaveBeenCalledWith('c1', 'Your order o1 is on its way.');
    expect(testing.published(ShippingMailSent)).toMatchObject([{ orderId: 'o1' }]);
  });

  it('tries again after a pause, which the test lets pass', async () => {
    send.mockRejectedValueOnce(new Error('down'));
    await app.get(CatgaMediator).publish(shipped);
    await testing.settled();
    expect(testing.published(ShippingMailSent)).toEqual([]);
    await testing.advance(1000);
    expect(send).toHaveBeenCalledTimes(2);
    expect(testing.published(ShippingMailSent)).toHaveLength(1);
  });

  it('gives up in the end, and succeeds when it is redriven', async () => {
    send.mockRejectedValueOnce(new Error('down')).mockRejectedValueOnce(new Error('still down'));
    await app.get(CatgaMediator).publish(shipped);
    await testing.advance(1000);
    const [letter] = await testing.deadLetters();
    expect(letter).toMatchObject({ attempts: 2, message: shipped, error: { message: 'still down' } });
    await app.get(CatgaDeadLetters).redrive(letter!.id);
    await testing.settled();
    expect(send).toHaveBeenCalledTimes(3);
    expect(await testing.deadLetters()).toEqual([]);
  });
});
