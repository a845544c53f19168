import type { AbstractHttpAdapter } from '@nestjs/core';
import { CatgaError } from '@catga/core';

/** That of Express or of Fastify, whichever is installed. */
export async function httpAdapter(): Promise<AbstractHttpAdapter> {
  try {
    const { ExpressAdapter } = await import('@nestjs/platform-express');
    return new ExpressAdapter();
  } catch {
    // Not installed.
  }
  try {
    const { FastifyAdapter } = await import('@nestjs/platform-fastify');
    return new FastifyAdapter();
  } catch (thrown) {
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      'The dashboard needs @nestjs/platform-express or @nestjs/platform-fastify: npm install @nestjs/platform-express',
      { cause: thrown },
    );
  }
}
