import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, ModuleRef } from '@nestjs/core';
import type { ContextId } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';

/** The module's option `globalEnhancers`. */
export const GLOBAL_ENHANCERS: unique symbol = Symbol('GLOBAL_ENHANCERS');

export type EnhancerKind = 'guards' | 'interceptors' | 'pipes' | 'filters';

/**
 * Global guards, interceptors, pipes and filters of the application (`APP_GUARD`, `app.useGlobalGuards()` and the like)
 * that apply to handlers: all of them if the option `globalEnhancers` is true, else none. They are complete once modules
 * are initialised.
 */
@Injectable()
export class GlobalEnhancers {
  /** Problem of the option. */
  readonly problems: readonly string[];
  private readonly applied: ApplicationConfig;

  constructor(@Inject(GLOBAL_ENHANCERS) option: unknown, application: ApplicationConfig) {
    this.problems = typeof option === 'boolean' ? [] : ['globalEnhancers: expected true or false'];
    this.applied = option === true ? application : new ApplicationConfig();
  }

  has(kind: EnhancerKind): boolean {
    const { applied } = this;
    switch (kind) {
      case 'guards':
        return applied.getGlobalGuards().length + applied.getGlobalRequestGuards().length > 0;
      case 'interceptors':
        return applied.getGlobalInterceptors().length + applied.getGlobalRequestInterceptors().length > 0;
      case 'pipes':
        return applied.getGlobalPipes().length + applied.getGlobalRequestPipes().length > 0;
      case 'filters':
        return applied.getGlobalFilters().length + applied.getGlobalRequestFilters().length > 0;
    }
  }

  /** Request-scoped and transient ones, instantiated per message. */
  get scoped(): readonly InstanceWrapper[] {
    return [
      ...this.applied.getGlobalRequestGuards(),
      ...this.applied.getGlobalRequestInterceptors(),
      ...this.applied.getGlobalRequestPipes(),
      ...this.applied.getGlobalRequestFilters(),
    ];
  }

  /** Singletons, shared by all messages. */
  shared(): ApplicationConfig {
    const config = new ApplicationConfig();
    config.useGlobalGuards(...this.applied.getGlobalGuards());
    config.useGlobalInterceptors(...this.applied.getGlobalInterceptors());
    config.useGlobalPipes(...this.applied.getGlobalPipes());
    config.useGlobalFilters(...this.applied.getGlobalFilters());
    return config;
  }

  /** The shared ones, followed by the instances of this message. */
  async forMessage(contextId: ContextId): Promise<ApplicationConfig> {
    const config = this.shared();
    config.useGlobalGuards(...(await made(this.applied.getGlobalRequestGuards(), contextId)));
    config.useGlobalInterceptors(...(await made(this.applied.getGlobalRequestInterceptors(), contextId)));
    config.useGlobalPipes(...(await made(this.applied.getGlobalRequestPipes(), contextId)));
    config.useGlobalFilters(...(await made(this.applied.getGlobalRequestFilters(), contextId)));
    return config;
  }
}

/** Rejects if an enhancer cannot be instantiated: a message never passes a missing guard. */
function made<T>(wrappers: readonly InstanceWrapper<T>[], contextId: ContextId): Promise<readonly T[]> {
  return Promise.all(
    wrappers.map(async ({ token, host }) => {
      const moduleRef = host?.getProviderByKey<ModuleRef>(ModuleRef).instance;
      if (moduleRef === undefined) throw new TypeError(`${String(token)} has no host module`);
      return moduleRef.resolve<T>(token as string, contextId, { strict: true });
    }),
  );
}
