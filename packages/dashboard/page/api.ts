import type { BatchStepView } from '../src/api/views.js';

const base = `${document.documentElement.dataset['base'] ?? ''}api/`;

type Query = Readonly<Record<string, string | number | undefined>>;

/** URL of an API request. */
export function addressOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  const text = new URLSearchParams(given).toString();
  return base + path + (text === '' ? '' : `?${text}`);
}

/** Reads a URL. Rejects with the server's error text. */
export async function read<T>(address: string, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(
    await fetch(address, { ...(signal && { signal }), headers: { accept: 'application/json' } }),
  );
}

export async function act<T>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json', 'x-catga-dashboard': '1' };
  return answerOf<T>(await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

export interface Batch {
  readonly filter: Query;
  readonly group?: string;
}

/** Runs an action in steps, until nothing is left or it is stopped. */
export async function actOnAll(
  action: 'redrive' | 'drop',
  { filter, group }: Batch,
  progress: (sum: Progress) => void,
  signal: AbortSignal,
): Promise<Progress> {
  const given = Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined && value !== ''),
  );
  let sum: Progress = { succeeded: 0, failed: 0 };
  let position: Partial<Record<'after' | 'until' | 'batch', string>> | undefined = {};
  while (position !== undefined && !signal.aborted) {
    const step: BatchStepView = await act(`letters/${action}`, {
      filter: given,
      ...(group !== undefined && { group }),
      ...position,
    });
    sum = { succeeded: sum.succeeded + step.succeeded, failed: sum.failed + step.failed };
    progress(sum);
    const { next, until, batch } = step;
    position = next === undefined ? undefined : { after: next, until, batch };
  }
  return sum;
}

export interface Progress {
  readonly succeeded: number;
  readonly failed: number;
}

export function events(): EventSource {
  return new EventSource(`${base}events`);
}

export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

async function answerOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Error(`${response.status} ${response.statusText}`);
  }
  if (response.ok) return body as T;
  const { message } = body as { readonly message?: unknown };
  throw new Error(typeof message === 'string' ? message : `${response.status} ${response.statusText}`);
}
