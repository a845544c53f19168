import { useEffect, useState } from 'preact/hooks';

export interface Notice {
  readonly text: string;
  readonly isError?: boolean;
}

const told = new Set<(notice: Notice | undefined) => void>();

/** Shows the result of an action, also to screen readers. */
export function notify(text: string, isError = false): void {
  told.forEach((tell) => tell({ text, isError }));
}

export function clearNotice(): void {
  told.forEach((tell) => tell(undefined));
}

export function useNotice(): Notice | undefined {
  const [notice, setNotice] = useState<Notice | undefined>();
  useEffect(() => {
    told.add(setNotice);
    return () => void told.delete(setNotice);
  }, []);
  return notice;
}
