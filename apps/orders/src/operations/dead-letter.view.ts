import type { DeadLetter } from '@catga/nestjs';

/** A dead letter without its stored bytes. */
export type DeadLetterView = Omit<DeadLetter, 'body'>;

export function toDeadLetterView({ body: _body, ...view }: DeadLetter): DeadLetterView {
  return view;
}
