import type { MessageHeaders } from './headers.js';
import type { EnqueueOptions, PublishOptions, SendOptions } from './send-options.js';

/** What callers say of headers. */
interface WithHeaders {
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Options without the headers whose value is undefined. */
type SaidHeaders<O extends WithHeaders> = Omit<O, 'headers'> & { readonly headers?: MessageHeaders };

export type SaidSendOptions = SaidHeaders<SendOptions>;
export type SaidPublishOptions = SaidHeaders<PublishOptions>;
export type SaidEnqueueOptions = SaidHeaders<EnqueueOptions>;

/** Leaves out headers whose value is undefined. What else is wrong with headers is found where they are checked. */
export function saidHeaders<O extends WithHeaders>(options: O): SaidHeaders<O> {
  const { headers } = options as { readonly headers?: unknown };
  if (typeof headers !== 'object' || headers === null) return options as SaidHeaders<O>;
  const entries = Object.entries(headers);
  const said = entries.filter(([, value]) => value !== undefined);
  if (said.length === entries.length) return options as SaidHeaders<O>;
  return { ...options, headers: Object.fromEntries(said) };
}
