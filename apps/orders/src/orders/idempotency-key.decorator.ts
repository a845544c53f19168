import { BadRequestException, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';

const LONGEST_KEY = 255;

/** The request's `Idempotency-Key` header; undefined without one, 400 for one that is empty or too long. */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const { headers } = context.switchToHttp().getRequest<IncomingMessage>();
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && key.length > 0 && key.length <= LONGEST_KEY) return key;
  throw new BadRequestException(`Idempotency-Key must have 1 to ${LONGEST_KEY} characters.`);
});
