import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { CATGA_NODE_SERVICES, CatgaModule } from '@catga/nestjs';
import { CatgaTesting } from './catga-testing.js';
import { TestServices } from './test-services.js';
import type { TestTime } from './test-services.js';

/** Options of the test, as opposed to the application. */
export interface CatgaTestingOptions {
  /**
   * Time of the node: a clock that the test advances, or the system clock.
   * @defaultValue a new `TestClock`
   */
  readonly clock?: TestTime;
}

type Options = Parameters<typeof CatgaModule.forRoot>[0];
type AsyncOptions = Parameters<typeof CatgaModule.forRootAsync>[0];

/**
 * `CatgaModule` for tests: the memory engine, a clock that the test advances, and an injectable {@link CatgaTesting}. Testing modules are
 * isolated from each other.
 *
 * @example `Test.createTestingModule({ imports: [CatgaTestingModule.forRoot()], providers: [PlaceOrderHandler] })`
 * @publicApi
 */
@Module({})
export class CatgaTestingModule {
  /** Replaces `CatgaModule.forRoot`, with the same options and the clock. */
  static forRoot({ clock, ...options }: NonNullable<Options> & CatgaTestingOptions = {}): DynamicModule {
    return withTesting(CatgaModule.forRoot(options), clock);
  }

  /** Replaces `CatgaModule.forRootAsync`, with the same options and the clock. */
  static forRootAsync({ clock, ...options }: AsyncOptions & CatgaTestingOptions): DynamicModule {
    return withTesting(CatgaModule.forRootAsync(options), clock);
  }

  /** For whole applications: import it beside modules that import `CatgaModule` themselves, which keep their options and engine. */
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
