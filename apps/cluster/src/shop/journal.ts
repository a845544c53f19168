import { Injectable } from '@nestjs/common';
import type { MessageContext } from '@catga/nestjs';

/** What the services did for each order. Stands for their databases. */
@Injectable()
export class Journal {
  private readonly orders = new Map<string, Map<string, string>>();

  of(orderId: string): readonly string[] {
    return [...(this.orders.get(orderId)?.values() ?? [])];
  }

  /** A command that comes again has the same key, and is done once. */
  add(orderId: string, what: string, { effectKey }: MessageContext): void {
    const done = this.orders.get(orderId) ?? new Map<string, string>();
    this.orders.set(orderId, done);
    if (!done.has(effectKey)) done.set(effectKey, what);
  }
}
