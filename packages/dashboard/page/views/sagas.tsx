import { useEffect, useState } from 'preact/hooks';
import type { SagaPageView, SagaView } from '../../src/api/views.js';
import { addressOf } from '../api.js';
import { duration, number, t, time } from '../language.js';
import { Pager } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { SagaStatus, STATUSES } from '../parts/saga-status.js';
import { Table } from '../parts/table.js';
import { useReading } from '../reading.js';

/** Hash of a saga's page. */
export function placeOf({ saga, id }: Pick<SagaView, 'saga' | 'id'>): string {
  return `#/sagas/${encodeURIComponent(JSON.stringify([saga, id]))}`;
}

/** Page of sagas, by name and status. */
export function Sagas() {
  const [filter, setFilter] = useState({ saga: '', status: '' });
  const [after, setAfter] = useState<string | undefined>();
  // Not live: a page may read a thousand records.
  const { data, problem, reload } = useReading<SagaPageView>(addressOf('sagas', { ...filter, after }), false);
  // An empty page may have a next one.
  useEffect(() => {
    if (data?.items.length === 0 && data.next !== undefined) setAfter(data.next);
  }, [data]);
  const choose = (chosen: Partial<typeof filter>): void => {
    setAfter(undefined);
    setFilter({ ...filter, ...chosen });
  };
  return (
    <>
      <h1 tabIndex={-1}>{t('sagas')}</h1>
      <form class="filter" role="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          {t('saga')}
          <select value={filter.saga} onChange={({ currentTarget }) => choose({ saga: currentTarget.value })}>
            <option value="">{t('all')}</option>
            {[...new Set([...(data?.names ?? []), ...(filter.saga === '' ? [] : [filter.saga])])].map(
              (name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ),
            )}
          </select>
        </label>
        <label>
          {t('status')}
          <select
            value={filter.status}
            onChange={({ currentTarget }) => choose({ status: currentTarget.value })}
          >
            <option value="">{t('all')}</option>
            {STATUSES.map((status) => (
              <option key={status} value={status}>
                {t(`${status}Saga`)}
              </option>
            ))}
          </select>
        </label>
        <div class="buttons">
          <button type="button" onClick={reload}>
            {t('refresh')}
          </button>
        </div>
      </form>
      <Problem text={problem} />
      {data !== undefined && data.unreadable > 0 && (
        <p class="problem">{t('unreadable', { count: number(data.unreadable) })}</p>
      )}
      <Table
        title={t('sagas')}
        items={data?.items}
        keyOf={placeOf}
        columns={[
          { title: t('id'), cell: (one) => <a href={placeOf(one)}>{one.id}</a> },
          { title: t('saga'), cell: ({ saga }) => saga },
          { title: t('status'), cell: ({ status }) => <SagaStatus status={status} /> },
          { title: t('steps'), isNumber: true, cell: ({ revision }) => number(revision) },
          { title: t('age'), isNumber: true, cell: ({ startedAtMs }) => duration(Date.now() - startedAtMs) },
          { title: t('changed'), cell: ({ changedAtMs }) => time(changedAtMs) },
          { title: t('why'), cell: ({ problem: stuck, reason }) => stuck ?? reason },
        ]}
      />
      <Pager after={after} next={data?.next} go={setAfter} />
    </>
  );
}
