import { describe, expect, it } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CatgaMediator, CatgaModule, CatgaNode } from '@catga/nestjs';
import { CatgaTesting, CatgaTestingModule, TestClock } from './index.js';
import {
  Ledger,
  OrderPlaced,
  PlaceOrder,
  PlaceOrderHandler,
  SHOP,
  WriteMail,
  shop,
  SILENT,
} from './shop.fixture.js';

describe('CatgaTestingModule', () => {
  it('stands in for CatgaModule.forRoot', async () => {
    const module = await shop();
    await expect(module.get(CatgaMediator).send(new PlaceOrder('tea'))).resolves.toBe('order of tea');
    await module.get(CatgaTesting).settled();
    expect(module.get(Ledger).lines).toEqual(['placed tea', 'mailed tea']);
    await module.close();
  });

  it('takes the options of CatgaModule', async () => {
    const module = await shop(SHOP, { service: 'shop', nodeId: 'shop-1', retry: { maxAttempts: 2 } });
    expect(module.get(CatgaMediator).self).toMatchObject({ service: 'shop', nodeId: 'shop-1' });
    expect(module.get(CatgaNode).options.retry.maxAttempts).toBe(2);
    await module.close();
  });

  it('refuses wrong options as CatgaModule does', async () => {
    await expect(shop([], { service: 'not a label' })).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
  });

  it('stands in for CatgaModule.forRootAsync', async () => {
    const clock = new TestClock();
    const module = await Test.createTestingModule({
      imports: [
        CatgaTestingModule.forRootAsync({ clock, useFactory: () => Promise.resolve({ service: 'late' }) }),
      ],
      providers: [...SHOP],
    })
      .setLogger(SILENT)
      .compile();
    await module.init();
    const testing = module.get(CatgaTesting);
    expect(module.get(CatgaMediator).self.service).toBe('late');
    expect(testing.clock).toBe(clock);
    await module.get(CatgaMediator).send(new PlaceOrder('tea'));
    expect(testing.published(OrderPlaced)).toHaveLength(1);
    await module.close();
  });

  it('stands beside an application that imports CatgaModule itself', async () => {
    @Module({ imports: [CatgaModule.forRoot({ service: 'shop' })], providers: [...SHOP], exports: [Ledger] })
    class ShopModule {}

    const module = await Test.createTestingModule({
      imports: [ShopModule, CatgaTestingModule.forApplication()],
    })
      .setLogger(SILENT)
      .compile();
    await module.init();
    const testing = module.get(CatgaTesting);
    await module.get(CatgaMediator).send(new PlaceOrder('tea'));
    await testing.settled();
    expect(module.get(Ledger).lines).toEqual(['placed tea', 'mailed tea']);
    expect(testing.sent(PlaceOrder)).toHaveLength(1);
    expect(module.get(CatgaNode).clock).toBe(testing.clock);
    await module.close();
  });

  it('stands beside a CatgaModule that is not global', async () => {
    @Module({ imports: [CatgaModule.forRoot({ isGlobal: false })], providers: [...SHOP] })
    class ShopModule {}

    const module = await Test.createTestingModule({
      imports: [ShopModule, CatgaTestingModule.forApplication()],
    })
      .setLogger(SILENT)
      .compile();
    await module.init();
    await module.get(CatgaMediator).send(new PlaceOrder('tea'));
    expect(module.get(CatgaTesting).sent(PlaceOrder)).toHaveLength(1);
    await module.close();
  });

  it('lets a provider inject CatgaTesting', async () => {
    @Global()
    @Module({ providers: [{ provide: 'probe', inject: [CatgaTesting], useFactory: (t: CatgaTesting) => t }] })
    class ProbeModule {}

    const module = await Test.createTestingModule({ imports: [CatgaTestingModule.forRoot(), ProbeModule] })
      .setLogger(SILENT)
      .compile();
    expect(module.get('probe')).toBe(module.get(CatgaTesting));
    await module.close();
  });

  it('calls a handler that overrideProvider put in the place of the real one', async () => {
    const module = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot()],
      providers: [...SHOP],
    })
      .overrideProvider(PlaceOrderHandler)
      .useValue({ handle: ({ sku }: PlaceOrder) => `no ${sku} today` })
      .overrideProvider(WriteMail)
      .useClass(
        class extends WriteMail {
          override handle(): void {}
        },
      )
      .setLogger(SILENT)
      .compile();
    await module.init();
    await expect(module.get(CatgaMediator).send(new PlaceOrder('tea'))).resolves.toBe('no tea today');
    await module.get(CatgaMediator).publish(new OrderPlaced('tea'));
    await module.get(CatgaTesting).settled();
    expect(module.get(Ledger).lines).toEqual([]);
    await module.close();
  });

  it('keeps two modules of one process apart: messages, records, clocks', async () => {
    const [first, second] = [await shop(), await shop()];
    await first.get(CatgaMediator).send(new PlaceOrder('tea'));
    await first.get(CatgaTesting).settled();
    await first.get(CatgaTesting).advance(1000);
    expect(second.get(CatgaTesting).recorded()).toEqual([]);
    expect(second.get(Ledger).lines).toEqual([]);
    expect(second.get(CatgaTesting).clock.monotonicMs()).toBe(0);
    expect(first.get(CatgaTesting).clock.monotonicMs()).toBe(1000);
    await first.close();
    await expect(second.get(CatgaMediator).send(new PlaceOrder('milk'))).resolves.toBe('order of milk');
    await second.close();
  });

  it('keeps two modules apart that were made of one definition', async () => {
    const imports = [CatgaTestingModule.forRoot()];
    const make = async (): Promise<CatgaTesting> => {
      const module = await Test.createTestingModule({ imports }).setLogger(SILENT).compile();
      return (await module.init()).get(CatgaTesting);
    };
    const [first, second] = [await make(), await make()];
    await first.advance(1000);
    expect(second.clock.monotonicMs()).toBe(0);
  });

  it('says what is missing if the module was not initialised', async () => {
    const module = await Test.createTestingModule({ imports: [CatgaTestingModule.forRoot()] }).compile();
    expect(() => module.get(CatgaTesting).settled()).toThrow('await module.init() first');
    await module.close();
  });
});
