// The API of @nestjs/cqrs (scripts/check-consumer.mjs).
import 'reflect-metadata';
import { deepStrictEqual, strictEqual } from 'node:assert';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CommandHandler, CqrsModule, EventBus, EventsHandler, ofType } from '@catga/cqrs';
import type { ICommandHandler, IEventHandler } from '@catga/cqrs';

class Bake {
  constructor(readonly loaves: number) {}
}

class Baked {
  constructor(readonly loaves: number) {}
}

const heard: number[] = [];

@CommandHandler(Bake)
class BakeHandler implements ICommandHandler<Bake, string> {
  constructor(private readonly eventBus: EventBus) {}

  async execute({ loaves }: Bake): Promise<string> {
    this.eventBus.publish(new Baked(loaves));
    return `${loaves} loaves`;
  }
}

@EventsHandler(Baked)
class BakedHandler implements IEventHandler<Baked> {
  handle({ loaves }: Baked): void {
    heard.push(loaves);
  }
}

@Module({ imports: [CqrsModule.forRoot()], providers: [BakeHandler, BakedHandler] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  app
    .get(EventBus)
    .pipe(ofType(Baked))
    .subscribe(({ loaves }) => heard.push(-loaves));
  strictEqual(await app.get(CommandBus).execute(new Bake(3)), '3 loaves');
  deepStrictEqual(heard, [3, -3]);
  await app.close();
  console.log('consumer ok');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
