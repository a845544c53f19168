/** What the parent asks of a contender's process. */
export type Ask =
  | { readonly what: 'ready' }
  | { readonly what: 'warm-up'; readonly forMs: number }
  | { readonly what: 'round'; readonly calls: number }
  | { readonly what: 'heap'; readonly calls: number }
  | { readonly what: 'stop' };

/** What it answers. */
export type Answer =
  | { readonly what: 'ready' }
  | { readonly what: 'warm'; readonly callsPerSecond: number; readonly grain: number }
  | { readonly what: 'round'; readonly callsPerSecond: number }
  | { readonly what: 'heap'; readonly bytesPerCall: number }
  | { readonly what: 'stopped' }
  | { readonly what: 'failed'; readonly error: string };
