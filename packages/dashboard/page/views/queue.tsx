import { useEffect, useState } from 'preact/hooks';
import type { PageView, QueuedCommandView } from '../../src/api/views.js';
import { act, addressOf } from '../api.js';
import { t, time } from '../language.js';
import { ActionButton } from '../parts/action-button.js';
import { Pager } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import type { Column } from '../parts/table.js';
import { useReading } from '../reading.js';

/** Page of pending queued commands. */
export function Queue({ readOnly }: { readonly readOnly: boolean }) {
  const [name, setName] = useState('');
  const [typed, setTyped] = useState('');
  const [after, setAfter] = useState<string | undefined>();
  const { data, problem, reload } = useReading<PageView<QueuedCommandView>>(
    addressOf('queue', { name, after }),
    after === undefined,
  );
  // An empty page may have a next one.
  useEffect(() => {
    if (data?.items.length === 0 && data.next !== undefined) setAfter(data.next);
  }, [data]);
  const delaying = useDelay();
  const done = (text: string): string => {
    reload();
    return text;
  };
  const actions: Column<QueuedCommandView> = {
    title: t('action'),
    cell: ({ name: of, messageId, state }) =>
      state !== 'running' && (
        <div class="buttons">
          <ActionButton
            label={t('reschedule')}
            title={t('rescheduleOf', { id: messageId })}
            run={async () => {
              await act('queue/reschedule', { name: of, messageId, delayMs: delaying.delayMs });
              return done(t('rescheduledNow', { id: messageId }));
            }}
          />
          <ActionButton
            label={t('cancelCommand')}
            title={t('cancelOf', { id: messageId })}
            question={t('confirmCancel')}
            detail={`${of} ${messageId}`}
            isDangerous
            run={async () => {
              await act('queue/cancel', { name: of, messageId });
              return done(t('cancelledNow', { id: messageId }));
            }}
          />
        </div>
      ),
  };
  return (
    <>
      <h1 tabIndex={-1}>{t('queue')}</h1>
      <form
        class="filter"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setAfter(undefined);
          setName(typed.trim());
        }}
      >
        <label>
          {t('name')}
          <input value={typed} onInput={({ currentTarget }) => setTyped(currentTarget.value)} />
        </label>
        <button type="submit" class="primary">
          {t('search')}
        </button>
        {!readOnly && delaying.field}
      </form>
      <Problem text={problem} />
      <Table
        title={t('queue')}
        items={data?.items}
        keyOf={({ name: of, messageId }) => JSON.stringify([of, messageId])}
        columns={[
          { title: t('messageId'), cell: ({ messageId }) => messageId },
          { title: t('name'), cell: ({ name: of }) => of },
          { title: t('key'), cell: ({ key }) => key },
          { title: t('state'), cell: ({ state }) => t(`${state}State`) },
          { title: t('dueAt'), cell: ({ dueAt }) => dueAt && time(dueAt) },
          {
            title: t('sent'),
            cell: ({ enqueuedAt, originNodeId }) => `${time(enqueuedAt)}, ${originNodeId}`,
          },
          ...(readOnly ? [] : [actions]),
        ]}
      />
      <Pager after={after} next={data?.next} go={setAfter} />
    </>
  );
}

/** Input of the delay for rescheduling. */
function useDelay() {
  const [seconds, setSeconds] = useState('60');
  const field = (
    <label>
      {t('rescheduleTo')}
      <input
        type="number"
        min="0"
        value={seconds}
        onInput={({ currentTarget }) => setSeconds(currentTarget.value)}
      />
    </label>
  );
  return { field, delayMs: Math.round(Number(seconds) * 1000) };
}
