import type { Behavior, Envelope, MessageContext, Next } from '@catga/nestjs';

class First implements Behavior {
  handle(_envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
    return next();
  }
}

class Second implements Behavior {
  handle(_envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
    return next();
  }
}

class Third implements Behavior {
  handle(_envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
    return next();
  }
}

class AwaitingFirst implements Behavior {
  async handle(_envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
    const result = await next();
    return result;
  }
}

class AwaitingSecond implements Behavior {
  async handle(_envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
    const result = await next();
    return result;
  }
}

class AwaitingThird implements Behavior {
  async handle(_envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
    const result = await next();
    return result;
  }
}

/** Three behaviors each. */
export const BEHAVIORS = {
  /** They do nothing after the handler, and hand its promise on. */
  through: [First, Second, Third],
  /** They wait for the handler, as those have to that take its time or translate its errors. */
  awaiting: [AwaitingFirst, AwaitingSecond, AwaitingThird],
} as const;
