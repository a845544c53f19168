import { Command, Message } from '@catga/nestjs';
import type { MessageConstructor, QualityOfService } from '@catga/nestjs';
import { describeMessage } from '@catga/core/engine';

/** What a pattern says of its messages. */
export interface PatternOptions {
  readonly qos?: QualityOfService;
  readonly timeoutMs?: number;
}

/** Message classes by pattern: the application's own, or classes that are made for the patterns. */
export class PatternClasses {
  private readonly own: ReadonlyMap<string, MessageConstructor>;

  /** @param messages classes of the application, found by their wire names */
  constructor(messages: readonly MessageConstructor[] = []) {
    this.own = new Map(messages.map((message) => [describeMessage(message).name, message]));
  }

  /** The class of the messages of a pattern. The options are of a class that is made, without an effect on others. */
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
