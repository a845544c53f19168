import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { events, read, textOf } from './api.js';

type Listener = () => void;
const listeners = new Set<Listener>();
const connection = new Set<(isConnected: boolean) => void>();

/** Delay before a refused stream is opened again, in milliseconds. */
const RETRY_MS = 3_000;

/** Opens the event stream of the page. */
export function follow(): void {
  const source = events();
  source.addEventListener('changed', () => listeners.forEach((listener) => listener()));
  source.addEventListener('open', () => connection.forEach((told) => told(true)));
  source.addEventListener('error', () => {
    connection.forEach((told) => told(false));
    // EventSource does not reconnect after a refusal, for example while the server restarts behind a proxy.
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, RETRY_MS);
  });
}

export function useConnection(): boolean {
  const [isConnected, setConnected] = useState(true);
  useEffect(() => {
    connection.add(setConnected);
    return () => void connection.delete(setConnected);
  }, []);
  return isConnected;
}

export interface Reading<T> {
  readonly data?: T;
  readonly problem?: string;
  readonly reload: () => void;
}

interface Held<T> {
  readonly address?: string;
  readonly data?: T;
  readonly problem?: string;
}

/** Reads a URL, and again after each change. The previous data stays until then. */
export function useReading<T>(address: string, isLive = true): Reading<T> {
  const [state, setState] = useState<Held<T>>({});
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  const isReading = useRef(false);
  useEffect(() => {
    const abort = new AbortController();
    isReading.current = true;
    const end = (next: (before: Held<T>) => Held<T>): void => {
      if (abort.signal.aborted) return;
      isReading.current = false;
      setState(next);
    };
    read<T>(address, abort.signal).then(
      (data) => end(() => ({ address, data })),
      (thrown: unknown) =>
        end((before) => ({ ...(before.address === address && before), address, problem: textOf(thrown) })),
    );
    return () => abort.abort();
  }, [address, round]);
  useEffect(() => {
    if (!isLive) return undefined;
    // Do not start again while a reading is in progress.
    const listener = (): void => void (isReading.current || reload());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [isLive, reload]);
  const { data, problem } = state.address === address ? state : {};
  return { ...(data !== undefined && { data }), ...(problem !== undefined && { problem }), reload };
}
