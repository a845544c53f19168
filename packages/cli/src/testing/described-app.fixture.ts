import 'reflect-metadata';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { CatgaModule, Command, Message, RequestHandler } from '@catga/nestjs';
import type { IRequestHandler } from '@catga/nestjs';

@Message({
  name: 'bakery.bake.v1',
  schema: {
    '~standard': { version: 1, vendor: 'homemade', validate: (value) => ({ value }) },
  },
})
class BakeBread extends Command<void> {}

@RequestHandler(BakeBread)
class Bake implements IRequestHandler<BakeBread> {
  handle(): void {}
}

@Module({ imports: [CatgaModule.forRoot({ service: 'bakery' })], providers: [Bake] })
export class BakeryModule {}

/** A module of something else. */
export function nothing(): DynamicModule {
  return { module: class Nothing {} };
}

/** As applications whose modules need settings have. */
export function named(): DynamicModule {
  return {
    module: class Named {},
    imports: [CatgaModule.forRoot({ service: 'confectioner' })],
    providers: [Bake],
  };
}
