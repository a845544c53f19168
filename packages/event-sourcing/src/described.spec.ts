import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { CatgaModule } from '@catga/nestjs';
import { describeApplication } from '@catga/nestjs/describe';
import { expect, it } from '@jest/globals';
import { DepositHandler } from './bank.fixture.js';
import { CatgaEventSourcingModule } from './index.js';

@Module({
  imports: [
    CatgaModule.forRoot({ service: 'bank' }),
    CatgaEventSourcingModule.forRootAsync({
      useFactory: () => {
        throw new Error('Nothing of the application is made.');
      },
    }),
  ],
  providers: [DepositHandler],
})
class AppModule {}

it('decisions are part of the description of an application', async () => {
  const { messages } = await describeApplication(AppModule);
  expect(messages.map(({ name, handlers }) => [name, handlers[0]?.name])).toEqual([
    ['bank.deposit.v1', 'DepositHandler'],
  ]);
});
