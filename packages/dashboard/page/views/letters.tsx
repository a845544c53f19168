import { useEffect, useState } from 'preact/hooks';
import type { LetterGroupView, LetterGroupsView, LetterView, PageView } from '../../src/api/views.js';
import { actOnAll, addressOf } from '../api.js';
import type { Batch } from '../api.js';
import { number, t, time } from '../language.js';
import { ActionButton } from '../parts/action-button.js';
import { Pager } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import type { Column } from '../parts/table.js';
import { useReading } from '../reading.js';
import { LettersFilter } from './letters-filter.js';
import type { Filter } from './letters-filter.js';

export function Letters({ readOnly }: { readonly readOnly: boolean }) {
  const [filter, setFilter] = useState<Filter>({});
  const [after, setAfter] = useState<string | undefined>();
  const { text: _text, ...ofGroups } = filter;
  const letters = useReading<PageView<LetterView>>(
    addressOf('letters', { ...filter, after }),
    after === undefined,
  );
  const [round, setRound] = useState(0);
  const groups = useReading<LetterGroupsView>(
    addressOf('letters/groups', { ...ofGroups, round: round === 0 ? undefined : round }),
  );
  // A reply searches only a part of the letters: continue until one matches.
  const { items, next } = letters.data ?? {};
  useEffect(() => {
    if (items?.length === 0 && next !== undefined) setAfter(next);
  }, [items, next]);
  const reload = (): void => {
    setAfter(undefined);
    letters.reload();
    groups.reload();
  };
  const batch = (action: 'redrive' | 'drop', label: string, of: Batch, detail?: string) => (
    <ActionButton
      label={label}
      {...(detail !== undefined && { title: `${label}: ${detail}`, detail })}
      question={t(action === 'redrive' ? 'confirmRedrive' : 'confirmDrop')}
      isDangerous={action === 'drop'}
      run={async (progress, signal) => {
        const sum = await actOnAll(action, of, progress, signal).finally(reload);
        return t('done', { ...sum });
      }}
    />
  );
  const ofGroup: Column<LetterGroupView> = {
    title: t('action'),
    cell: ({ key, subscription, name, error }) => {
      const what = { filter: { subscription, name }, group: key };
      const detail = `${subscription}, ${errorText(error)}`;
      return (
        <div class="buttons">
          {batch('redrive', t('redriveGroup'), what, detail)}
          {batch('drop', t('dropGroup'), what, detail)}
        </div>
      );
    },
  };
  return (
    <>
      <h1 tabIndex={-1}>{t('letters')}</h1>
      <LettersFilter
        onSearch={(wanted) => {
          setFilter(wanted);
          setAfter(undefined);
        }}
      />
      <Problem text={letters.problem ?? groups.problem} />
      <h2>{t('groups')}</h2>
      <Table
        title={t('groups')}
        items={groups.data?.items}
        keyOf={({ key }) => key}
        columns={[
          { title: t('error'), cell: ({ error }) => errorText(error) },
          { title: t('subscription'), cell: ({ subscription }) => subscription },
          { title: t('name'), cell: ({ name }) => name },
          { title: t('count'), isNumber: true, cell: ({ count }) => number(count) },
          ...(readOnly ? [] : [ofGroup]),
        ]}
      />
      {groups.data && <p class="hint">{t(countText(groups.data), { count: number(groups.data.counted) })}</p>}
      <h2>{t('letters')}</h2>
      <div class="buttons">
        <button
          type="button"
          onClick={() => {
            reload();
            setRound(Date.now());
          }}
        >
          {t('refresh')}
        </button>
        {!readOnly && (
          <>
            {batch('redrive', t('redriveAll'), { filter: { ...filter } })}
            {batch('drop', t('dropAll'), { filter: { ...filter } })}
          </>
        )}
      </div>
      <Table
        title={t('letters')}
        items={letters.data?.items}
        keyOf={({ id }) => id}
        columns={[
          { title: t('message'), cell: ({ id }) => <a href={`#/letters/${encodeURIComponent(id)}`}>{id}</a> },
          { title: t('failedAt'), cell: ({ failedAt }) => time(failedAt) },
          { title: t('subscription'), cell: ({ subscription }) => subscription },
          { title: t('name'), cell: ({ name }) => name },
          { title: t('attempts'), isNumber: true, cell: ({ attempts }) => number(attempts) },
          { title: t('error'), cell: ({ error }) => errorText(error) },
        ]}
      />
      <Pager after={after} next={letters.data?.next} go={setAfter} />
    </>
  );
}

function countText({ isComplete, isCounting }: LetterGroupsView): 'counted' | 'counting' | 'countedPart' {
  if (isComplete) return 'counted';
  return isCounting ? 'counting' : 'countedPart';
}

export function errorText({ name, code, message }: LetterView['error']): string {
  return `${code ?? name}: ${message}`;
}
