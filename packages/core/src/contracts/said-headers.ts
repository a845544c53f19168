import type { MessageHeaders } from './headers.js';
import type { OutgoingOptions } from './send-behavior.js';
import type { EnqueueOptions, PublishOptions, SendOptions } from './send-options.js';

/** Headers as given by callers. */
interface WithHeaders {
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Options without the headers whose value is undefined. */
type SaidHeaders<O extends WithHeaders> = Omit<O, 'headers'> & { readonly headers?: MessageHeaders };

export type SaidSendOptions = SaidHeaders<SendOptions>;
export type SaidPublishOptions = SaidHeaders<PublishOptions>;
export type SaidEnqueueOptions = SaidHeaders<EnqueueOptions>;
export type SaidOptions = SaidHeaders<OutgoingOptions>;

/** Header of a request with `after`. */
export const READ_AFTER = 'catga-after';

/** Leaves out headers whose value is undefined, and adds that of `after`. Other problems are found at validation. */
export function saidHeaders<O extends WithHeaders>(options: O): SaidHeaders<O> {
  const { headers: given, after } = options as { readonly headers?: unknown; readonly after?: unknown };
  const headers =
    after === undefined || given === null ? given : { [READ_AFTER]: after, ...(given as object) };
  if (typeof headers !== 'object' || headers === null) return options as SaidHeaders<O>;
  const entries = Object.entries(headers);
  const said = entries.filter(([, value]) => value !== undefined);
  if (headers === given && said.length === entries.length) return options as SaidHeaders<O>;
  return { ...options, headers: Object.fromEntries(said) };
}
