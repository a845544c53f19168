import { Controller, Get, Header, Inject, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import type { CanActivate, Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { stringify } from 'yaml';
import { CatgaNode } from '@catga/core';
import { asyncApiOf } from '@catga/core/admin';
import type { AsyncApiDocument, AsyncApiInfo } from '@catga/core/admin';
import { LoopbackGuard } from '../http/loopback.guard.js';

/** Controller of the document under a path. */
export function asyncApiController(
  path: string,
  guards: readonly (Type<CanActivate> | CanActivate)[],
  info: AsyncApiInfo,
): Type<object> {
  @Controller({ version: VERSION_NEUTRAL })
  @UseGuards(...(guards.length > 0 ? guards : [LoopbackGuard]))
  class CatgaAsyncApiController {
    constructor(@Inject(ModuleRef) private readonly moduleRef: ModuleRef) {}

    @Get(`${path}.json`)
    @Header('Content-Type', 'application/json; charset=utf-8')
    json(): string {
      return JSON.stringify(this.document(), undefined, 2);
    }

    @Get(`${path}.yaml`)
    @Header('Content-Type', 'application/yaml; charset=utf-8')
    yaml(): string {
      return stringify(this.document());
    }

    private document(): AsyncApiDocument {
      return asyncApiOf(this.moduleRef.get(CatgaNode, { strict: false }).contracts(), info);
    }
  }
  return CatgaAsyncApiController;
}
