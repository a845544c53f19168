import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CatgaDeadLetters } from '@catga/nestjs';
import { toDeadLetterView } from './dead-letter.view.js';
import type { DeadLetterView } from './dead-letter.view.js';

@Controller('dead-letters')
export class DeadLettersController {
  constructor(private readonly deadLetters: CatgaDeadLetters) {}

  /** A page, oldest first; pass `next` as `after` for the next page. */
  @Get()
  async list(
    @Query('limit') limit?: string,
    @Query('after') after?: string,
  ): Promise<{ readonly items: readonly DeadLetterView[]; readonly next: string | undefined }> {
    const page = { limit: limit === undefined ? undefined : Number(limit), after };
    const { items, next } = await this.deadLetters.list({}, page);
    return { items: items.map(toDeadLetterView), next };
  }

  /** Redrives the message to the handler that failed. */
  @Post(':id/redrive')
  @HttpCode(202)
  async redrive(@Param('id') id: string): Promise<{ readonly redriven: number }> {
    await this.deadLetters.redrive(id);
    return { redriven: 1 };
  }
}
