import { emitKeypressEvents } from 'node:readline';

interface Key {
  readonly name?: string;
  readonly sequence?: string;
  readonly ctrl?: boolean;
}

/** Calls back with each key by its name; Ctrl+C is `q`. Returns what gives the terminal back. */
export function listenToKeys(input: NodeJS.ReadStream, onKey: (name: string) => void): () => void {
  const onKeypress = (_text: string | undefined, key: Key): void => {
    const isCtrlC = key.ctrl === true && key.name === 'c';
    onKey(isCtrlC ? 'q' : (key.name ?? key.sequence ?? ''));
  };
  emitKeypressEvents(input);
  input.setRawMode(true);
  input.resume();
  input.on('keypress', onKeypress);
  return () => {
    input.off('keypress', onKeypress);
    input.setRawMode(false);
    input.pause();
  };
}
