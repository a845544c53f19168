import {
  Body,
  Controller,
  Get,
  HttpCode,
  Post,
  Query,
  Req,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { CatgaExceptionFilter } from '@catga/nestjs';
import { Audit } from '../api/audit.js';
import { DashboardLetters } from '../api/dashboard-letters.js';
import { batchBody, editBody, groupsQuery, idQuery, lettersQuery, parsed } from '../api/requests.js';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';
import { DashboardGuard } from './dashboard.guard.js';
import type { HttpRequest } from './http-request.js';

/** Controller of dead letters. */
export function lettersController({ path, guards }: ResolvedDashboardOptions): Type<object> {
  @Controller({ path: `${path}/api/letters`, version: VERSION_NEUTRAL })
  @UseGuards(DashboardGuard, ...guards)
  @UseFilters(CatgaExceptionFilter)
  class CatgaDashboardLettersController {
    constructor(
      private readonly letters: DashboardLetters,
      private readonly audit: Audit,
    ) {}

    @Get()
    list(@Query() query: unknown): Promise<object> {
      const { limit, after, ...filter } = parsed(lettersQuery, query);
      return this.letters.list(filter, limit, after);
    }

    @Get('groups')
    groups(@Query() query: unknown): Promise<object> {
      const { round, ...filter } = parsed(groupsQuery, query);
      return this.letters.groups(filter, round);
    }

    @Get('show')
    show(@Query() query: unknown): Promise<object> {
      return this.letters.show(parsed(idQuery, query).id);
    }

    @Post('redrive')
    @HttpCode(200)
    redrive(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      return this.act('redrive', request, body);
    }

    @Post('drop')
    @HttpCode(200)
    drop(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      return this.act('drop', request, body);
    }

    @Post('edit')
    @HttpCode(200)
    async edit(@Req() request: HttpRequest, @Body() body: unknown): Promise<object> {
      const { id, content } = parsed(editBody, body);
      return {
        messageId: await this.audit.of(request, 'edit', { id }, () => this.letters.edit(id, content)),
      };
    }

    private async act(action: 'redrive' | 'drop', request: HttpRequest, body: unknown): Promise<object> {
      const wanted = parsed(batchBody, body);
      return this.audit.of(request, action, wanted, async () => {
        if (!('id' in wanted)) return this.letters.step(action, wanted);
        await this.letters.one(action, wanted.id);
        return { id: wanted.id };
      });
    }
  }
  return CatgaDashboardLettersController;
}
