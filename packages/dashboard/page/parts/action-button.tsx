import { useRef, useState } from 'preact/hooks';
import { textOf } from '../api.js';
import type { Progress } from '../api.js';
import { t } from '../language.js';
import { notify } from '../notices.js';

interface ActionButtonProps {
  readonly label: string;
  /** Accessible name, with the object of the action. */
  readonly title?: string;
  /** Confirmation question; without one the action runs at once. */
  readonly question?: string;
  readonly detail?: string;
  readonly isDangerous?: boolean;
  /** Resolves with the notice to show. */
  readonly run: (progress: (sum: Progress) => void, signal: AbortSignal) => Promise<string>;
}

/** Button of an action: asks for confirmation, shows progress and the result. */
export function ActionButton({ label, title, question, detail, isDangerous, run }: ActionButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [running, setRunning] = useState<AbortController | undefined>();
  const [progress, setProgress] = useState<Progress | undefined>();

  const start = async (): Promise<void> => {
    const abort = new AbortController();
    setRunning(abort);
    try {
      notify(await run(setProgress, abort.signal));
    } catch (thrown) {
      notify(textOf(thrown), true);
    } finally {
      setRunning(undefined);
      setProgress(undefined);
      dialog.current?.close();
    }
  };

  return (
    <>
      <button
        type="button"
        class={isDangerous === true ? 'danger' : ''}
        aria-label={title}
        disabled={running !== undefined && question === undefined}
        onClick={() => (question === undefined ? void start() : dialog.current?.showModal())}
      >
        {label}
      </button>
      {question !== undefined && (
        <dialog ref={dialog} aria-label={label} onClose={() => running?.abort()}>
          <p>{question}</p>
          {detail !== undefined && <p class="detail">{detail}</p>}
          {running !== undefined && (
            <p role="status">{progress ? t('progress', { ...progress }) : t('loading')}</p>
          )}
          <div class="buttons">
            <button
              type="button"
              class={isDangerous === true ? 'danger' : 'primary'}
              disabled={running !== undefined}
              onClick={() => void start()}
            >
              {label}
            </button>
            <button type="button" autofocus={isDangerous === true} onClick={() => dialog.current?.close()}>
              {running === undefined ? t('cancel') : t('stop')}
            </button>
          </div>
        </dialog>
      )}
    </>
  );
}
