import type { AbstractHttpAdapter } from '@nestjs/core';
import { CatgaError } from '@catga/core';

/** HTTP adapter of Express or Fastify, whichever is installed. */
export async function httpAdapter(): Promise<AbstractHttpAdapter> {
  try {
    const { ExpressAdapter } = await import('@nestjs/platform-express');
    return new ExpressAdapter();
  } catch (thrown) {
    if (!isAbsence(thrown)) throw thrown;
  }
  try {
    const { FastifyAdapter } = await import('@nestjs/platform-fastify');
    return new FastifyAdapter();
  } catch (thrown) {
    if (!isAbsence(thrown)) throw thrown;
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      'The dashboard needs @nestjs/platform-express or @nestjs/platform-fastify: npm install @nestjs/platform-express',
      { cause: thrown },
    );
  }
}

function isAbsence(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}
