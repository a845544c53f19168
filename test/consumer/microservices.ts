// The transport for @nestjs/microservices (scripts/check-consumer.mjs).
import 'reflect-metadata';
import { strictEqual } from 'node:assert';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { CatgaClientProxy, CatgaRpcContext, catgaStrategy } from '@catga/microservices';
import { CatgaModule, CatgaNode } from '@catga/nestjs';
import { firstValueFrom } from 'rxjs';

@Controller()
class BakeryController {
  @MessagePattern({ cmd: 'bake' })
  bake(@Payload() loaves: number, @Ctx() context: CatgaRpcContext): string {
    return `${loaves} loaves, ${context.getPattern()}`;
  }
}

@Module({ imports: [CatgaModule.forRoot()], controllers: [BakeryController], providers: [CatgaClientProxy] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  app.connectMicroservice({ strategy: catgaStrategy(app.get(CatgaNode)) });
  await app.startAllMicroservices();
  await app.init();
  strictEqual(
    await firstValueFrom(app.get(CatgaClientProxy).send<string>({ cmd: 'bake' }, 3)),
    '3 loaves, {"cmd":"bake"}',
  );
  await app.close();
  console.log('consumer ok');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
