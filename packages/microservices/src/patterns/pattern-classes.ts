import { Command, Message } from '@catga/nestjs';
import type { MessageConstructor, QualityOfService } from '@catga/nestjs';
import { describeMessage } from '@catga/core/engine';

/** Options of a pattern's messages. */
export interface PatternOptions {
  readonly qos?: QualityOfService;
  readonly timeoutMs?: number;
}

/** Message classes by pattern: the application's own, or generated ones. */
export class PatternClasses {
  private readonly own: ReadonlyMap<string, MessageConstructor>;

  /** @param messages classes of the application, found by their wire names */
  constructor(messages: readonly MessageConstructor[] = []) {
    this.own = new Map(messages.map((message) => [describeMessage(message).name, message]));
  }

  /** Class of the messages of a pattern. The options apply to generated classes only. */
  of(pattern: string, isEvent: boolean, { qos, timeoutMs }: PatternOptions): MessageConstructor {
    const own = this.own.get(pattern);
    if (own !== undefined) return own;
    const target: new () => object = isEvent ? class {} : class extends Command<unknown> {};
    Message({
      name: pattern,
      ...(qos !== undefined && { qos }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    })(target);
    return target;
  }
}
