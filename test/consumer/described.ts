// A module that `npx catga describe` reads (scripts/check-consumer.mjs).
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { CatgaModule, Command, Message, RequestHandler } from '@catga/nestjs';
import type { IRequestHandler } from '@catga/nestjs';

@Message({ name: 'bakery.bake.v1' })
class BakeBread extends Command<void> {}

@RequestHandler(BakeBread)
class BakeHandler implements IRequestHandler<BakeBread> {
  async handle(): Promise<void> {}
}

@Module({ imports: [CatgaModule.forRoot({ service: 'bakery' })], providers: [BakeHandler] })
export class AppModule {}
