import { t } from '../language.js';

interface PagerProps {
  readonly after: string | undefined;
  readonly next: string | undefined;
  readonly go: (after: string | undefined) => void;
}

export function Pager({ after, next, go }: PagerProps) {
  if (after === undefined && next === undefined) return null;
  return (
    <div class="buttons">
      <button type="button" disabled={after === undefined} onClick={() => go(undefined)}>
        {t('first')}
      </button>
      <button type="button" disabled={next === undefined} onClick={() => go(next)}>
        {t('more')}
      </button>
    </div>
  );
}
