import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { CATGA_NODE_SERVICES, CatgaModule } from '@catga/nestjs';
import { CatgaTesting } from './catga-testing.js';
import { TestServices } from './test-services.js';
import type { TestTime } from './test-services.js';

/** What is about the test rather than the application. */
export interface CatgaTestingOptions {
  /**
   * Where the node's time comes from: a clock that the test moves, or the machine's.
   * @defaultValue a new `TestClock`
   */
  readonly clock?: TestTime;
}

type Options = Parameters<typeof CatgaModule.forRoot>[0];
type AsyncOptions = Parameters<typeof CatgaModule.forRootAsync>[0];

/**
 * `CatgaModule` for tests: the memory engine, a clock that stands still until it is moved, and {@link CatgaTesting} to
 * inject. Each testing module has its own; they never meet.
 *
 * @example `Test.createTestingModule({ imports: [CatgaTestingModule.forRoot()], providers: [PlaceOrderHandler] })`
 * @publicApi
 */
@Module({})
export class CatgaTestingModule {
  /** In the place of `CatgaModule.forRoot`, with the same options and the clock. */
  static forRoot({ clock, ...options }: NonNullable<Options> & CatgaTestingOptions = {}): DynamicModule {
    return withTesting(CatgaModule.forRoot(options), clock);
  }

  /** In the place of `CatgaModule.forRootAsync`, with the same options and the clock. */
  static forRootAsync({ clock, ...options }: AsyncOptions & CatgaTestingOptions): DynamicModule {
    return withTesting(CatgaModule.forRootAsync(options), clock);
  }

  /** Beside modules that import `CatgaModule` themselves, which keep their options and engine: for whole applications. */
  static forApplication({ clock }: CatgaTestingOptions = {}): DynamicModule {
    return {
      module: CatgaTestingModule,
      global: true,
      providers: testingProviders(clock),
      exports: [CatgaTesting, CATGA_NODE_SERVICES],
    };
  }
}

function withTesting(catga: DynamicModule, clock: TestTime | undefined): DynamicModule {
  return {
    ...catga,
    providers: [...(catga.providers ?? []), ...testingProviders(clock)],
    exports: [...(catga.exports ?? []), CatgaTesting],
  };
}

function testingProviders(clock: TestTime | undefined): Provider[] {
  return [
    { provide: TestServices, useFactory: () => new TestServices(clock) },
    {
      provide: CATGA_NODE_SERVICES,
      inject: [TestServices],
      useFactory: (services: TestServices) => services.forNode,
    },
    CatgaTesting,
  ];
}
