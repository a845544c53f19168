import 'reflect-metadata';
import type { DynamicModule, LoggerService, Provider, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule, TestingModuleBuilder } from '@nestjs/testing';
import { TestClock } from '@catga/core/engine';
import type { NodeServices } from '@catga/core/engine';
import { CATGA_NODE_SERVICES, CatgaModule } from './index.js';
import type { CatgaModuleExtras, CatgaModuleOptions } from './index.js';

/** Keeps what was logged, by level. */
export class LogBook implements LoggerService {
  readonly lines: { readonly level: string; readonly text: string }[] = [];

  log(text: unknown): void {
    this.write('log', text);
  }
  warn(text: unknown): void {
    this.write('warn', text);
  }
  error(text: unknown): void {
    this.write('error', text);
  }
  debug(text: unknown): void {
    this.write('debug', text);
  }
  verbose(text: unknown): void {
    this.write('verbose', text);
  }

  at(level: string): readonly string[] {
    return this.lines.filter((line) => line.level === level).map(({ text }) => text);
  }

  private write(level: string, text: unknown): void {
    this.lines.push({ level, text: String(text) });
  }
}

/** What an application under test is made of. */
export interface Parts {
  readonly providers?: Provider[];
  readonly controllers?: Type[];
  readonly imports?: (Type | DynamicModule)[];
  readonly options?: CatgaModuleOptions & CatgaModuleExtras;
  readonly services?: Partial<NodeServices>;
  readonly logger?: LoggerService;
  /** Overrides of providers. */
  override?(builder: TestingModuleBuilder): TestingModuleBuilder;
}

/** `CatgaModule.forRoot` on a node whose surroundings a test replaces. */
export function catga(
  options: CatgaModuleOptions & CatgaModuleExtras = {},
  services: Partial<NodeServices> = {},
): DynamicModule {
  const module = CatgaModule.forRoot(options);
  return {
    ...module,
    providers: [...(module.providers ?? []), { provide: CATGA_NODE_SERVICES, useValue: services }],
  };
}

/** Compiled, not initialised. */
export async function compile(parts: Parts = {}): Promise<TestingModule> {
  const { providers = [], controllers = [], imports = [], options, services, logger = new LogBook() } = parts;
  const builder = Test.createTestingModule({
    imports: [catga(options, services), ...imports],
    providers,
    controllers,
  });
  return (parts.override?.(builder) ?? builder).setLogger(logger).compile();
}

/** Initialised. */
export async function start(parts: Parts = {}): Promise<TestingModule> {
  const module = await compile(parts);
  return module.init();
}

/** What an application that must not start is refused with. */
export async function refusal(parts: Parts): Promise<Error & { readonly code?: string }> {
  try {
    await (await start(parts)).close();
  } catch (thrown) {
    return thrown as Error;
  }
  throw new Error('It started.');
}

/** A clock that stands still, as services of a node. */
export function stillClock(): { readonly clock: TestClock } {
  return { clock: new TestClock() };
}

/** Something that is waited for until it is let go. */
export class Gate {
  open: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}
