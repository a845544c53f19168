import { Controller, Get, Header, Param, Req, Res, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';
import { DashboardGuard, Navigable } from './dashboard.guard.js';
import type { HttpRequest } from './http-request.js';
import { PageFiles } from './page-files.js';

/** Controller of the page and its files. */
export function pageController({ path, guards }: ResolvedDashboardOptions): Type<object> {
  const folder = path.slice(path.lastIndexOf('/') + 1);

  @Controller({ path, version: VERSION_NEUTRAL })
  @UseGuards(DashboardGuard, ...guards)
  class CatgaDashboardPageController {
    constructor(
      private readonly files: PageFiles,
      private readonly host: HttpAdapterHost,
    ) {}

    @Get()
    @Navigable(true)
    @Header('Content-Type', 'text/html; charset=utf-8')
    document(@Req() request: HttpRequest): string {
      const [address = ''] = (request.originalUrl ?? request.url).split('?');
      return this.files.document(address.endsWith('/') ? '' : `${folder}/`);
    }

    @Get('assets/:name')
    async file(@Param('name') name: string, @Res({ passthrough: true }) response: object): Promise<string> {
      const { type, content } = await this.files.get(name);
      this.host.httpAdapter.setHeader(response, 'Content-Type', type);
      return content;
    }
  }
  return CatgaDashboardPageController;
}
