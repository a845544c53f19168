import { NotFoundException } from '@nestjs/common';

/** Handlers may throw Nest's HTTP exceptions: they reach the caller as they are, from another process too. */
export function orderNotFound(orderId: string): NotFoundException {
  return new NotFoundException(`There is no order '${orderId}'.`);
}
