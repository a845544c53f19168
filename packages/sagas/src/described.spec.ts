import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { CatgaModule, Message, ReliableEvent } from '@catga/nestjs';
import { describeApplication } from '@catga/nestjs/describe';
import { Module } from '@nestjs/common';
import { CatgaSagasModule, Saga, StartedBy } from './index.js';

@ReliableEvent()
@Message({ name: 'doors.opened.v1' })
class Opened {
  constructor(readonly id: string) {}
}

@Saga({ name: 'visit' })
class Visit {
  @StartedBy(Opened, ({ id }) => id)
  open(_: Opened): void {}
}

@Module({
  imports: [CatgaModule.forRoot({ service: 'doors' }), CatgaSagasModule.forRoot()],
  providers: [Visit],
})
class AppModule {}

@Module({ imports: [CatgaModule.forRoot()], providers: [Visit] })
class Forgetful {}

it('sagas are part of the description of an application', async () => {
  const { messages } = await describeApplication(AppModule);
  expect(messages.map(({ name, handlers }) => [name, handlers[0]?.subscription?.id])).toEqual([
    ['catga.saga.visit', 'queue.catga.saga.visit'],
    ['doors.opened.v1', 'doors.visit'],
  ]);
  await expect(describeApplication(Forgetful)).rejects.toThrow(
    /Visit .* without CatgaSagasModule: import it/,
  );
});
