import { Command, Message, Query } from '@catga/core';
import type { QualityOfService } from '@catga/core';

/** What a message is. */
export interface MessageShape {
  readonly name: string;
  readonly kind: 'command' | 'query' | 'event';
  readonly qos: QualityOfService;
}

/** A message of a class that is not here: it has the wire name, and the content of the original. */
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
