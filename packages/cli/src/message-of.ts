import { Command, Message, Query } from '@catga/core';
import type { QualityOfService } from '@catga/core';

/** Kind and options of a message. */
export interface MessageShape {
  readonly name: string;
  readonly kind: 'command' | 'query' | 'event';
  readonly qos: QualityOfService;
}

/** Creates a message without its class, from a wire name and the content. */
export function messageOf<K extends MessageShape['kind']>(
  { name, kind, qos }: MessageShape & { readonly kind: K },
  content: object,
): K extends 'command' ? Command<unknown> : K extends 'query' ? Query<unknown> : object;
export function messageOf({ name, kind, qos }: MessageShape, content: object): object {
  const target: new () => object =
    kind === 'command'
      ? class extends Command<unknown> {}
      : kind === 'query'
        ? class extends Query<unknown> {}
        : class {};
  Message({ name, qos })(target);
  return Object.assign(new target(), content);
}
