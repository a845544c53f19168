import type { InjectionToken } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { CatgaError } from '@catga/core';
import { lineOf } from '@catga/core/engine';

/** Provider of the application, from any module. `CATGA_CONFIGURATION` if there is none, or it is request-scoped. */
export function providerOf(moduleRef: ModuleRef, token: unknown): unknown {
  try {
    return moduleRef.get<unknown>(token as InjectionToken, { strict: false });
  } catch (thrown) {
    const name = typeof token === 'function' ? token.name : String(token);
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `The outbox needs the provider ${name}, which no module of the application provides, or which is request-scoped: ${lineOf(thrown)}`,
      { cause: thrown },
    );
  }
}
