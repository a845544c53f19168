import 'reflect-metadata';
import { afterEach } from '@jest/globals';
import type { LoggerService, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { CqrsModule } from './index.js';
import type { CqrsModuleOptions } from './index.js';

/** What was logged, without what it was logged with. */
export class LogBook implements LoggerService {
  readonly errors: string[] = [];
  readonly warnings: string[] = [];

  log(): void {}

  error(text: unknown): void {
    this.errors.push(String(text));
  }

  warn(text: unknown): void {
    this.warnings.push(String(text));
  }
}

const running: TestingModule[] = [];

afterEach(async () => {
  for (const module of running.splice(0).reverse()) await module.close();
});

/** An application that is closed after the test. */
export async function start(
  providers: NonNullable<ModuleMetadata['providers']>,
  options: CqrsModuleOptions = {},
  { imports = [], logger = new LogBook() }: ModuleMetadata & { readonly logger?: LoggerService } = {},
): Promise<TestingModule> {
  const builder = Test.createTestingModule({ imports: [CqrsModule.forRoot(options), ...imports], providers });
  const module = await builder.setLogger(logger).compile();
  running.push(module);
  return module.init();
}

/** Lets everything happen that needs no time. */
export const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
