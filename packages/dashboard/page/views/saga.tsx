import { useState } from 'preact/hooks';
import type { SagaDetailView } from '../../src/api/views.js';
import { act, addressOf } from '../api.js';
import { number, t, time } from '../language.js';
import { ActionButton } from '../parts/action-button.js';
import { Code } from '../parts/code.js';
import { Facts } from '../parts/facts.js';
import { Problem } from '../parts/problem.js';
import { SagaStatus } from '../parts/saga-status.js';
import { Table } from '../parts/table.js';
import { useReading } from '../reading.js';

/** Page of a saga with its state and steps. @param place name and id, in JSON */
export function Saga({ place, readOnly }: { readonly place: string; readonly readOnly: boolean }) {
  const [saga, id] = namesOf(place);
  const { data, problem, reload } = useReading<SagaDetailView>(addressOf('sagas/show', { saga, id }));
  return (
    <>
      <p>
        <a href="#/sagas">{t('back')}</a>
      </p>
      <h1 tabIndex={-1}>
        {saga} {id}
      </h1>
      <Problem text={problem} />
      {data && (
        <>
          {!readOnly && <Actions of={data} reload={reload} />}
          {data.problem !== undefined && <p class="problem">{data.problem}</p>}
          <Facts
            of={[
              [t('status'), <SagaStatus key="status" status={data.status} />],
              [t('reason'), data.reason],
              [t('started'), time(data.startedAtMs)],
              [t('changed'), time(data.changedAtMs)],
              [t('waitsFor'), data.waitsFor.join(', ')],
              [t('undo'), data.undo.join(', ')],
              [t('version'), number(data.version)],
            ]}
          />
          <h2>{t('state')}</h2>
          <Code title={t('state')} text={data.state} />
          <h2>{t('steps')}</h2>
          <Table
            title={t('steps')}
            items={data.history}
            keyOf={(step) => String(data.history.indexOf(step))}
            columns={[
              { title: t('input'), cell: ({ input }) => input },
              { title: t('at'), cell: ({ atMs }) => time(atMs) },
              { title: t('sends'), cell: ({ sent }) => sent.join(', ') },
              { title: t('status'), cell: ({ status }) => <SagaStatus status={status} /> },
            ]}
          />
        </>
      )}
    </>
  );
}

interface ActionsProps {
  readonly of: SagaDetailView;
  readonly reload: () => void;
}

/** Actions that the status allows. */
function Actions({ of: { saga, id, status }, reload }: ActionsProps) {
  const [reason, setReason] = useState('');
  const steer = async (action: 'retry' | 'compensate' | 'complete', done: string): Promise<string> => {
    const why = action === 'retry' || reason.trim() === '' ? {} : { reason: reason.trim() };
    await act(`sagas/${action}`, { saga, id, ...why });
    reload();
    return done;
  };
  if (status === 'completed' || status === 'compensated') return null;
  return (
    <>
      <label>
        {t('reason')}
        <input value={reason} onInput={({ currentTarget }) => setReason(currentTarget.value)} />
      </label>
      <div class="buttons">
        {status === 'stuck' && (
          <ActionButton label={t('retry')} run={() => steer('retry', t('retriedNow', { id }))} />
        )}
        {status === 'running' && (
          <ActionButton
            label={t('compensate')}
            question={t('confirmCompensate')}
            detail={`${saga} ${id}`}
            isDangerous
            run={() => steer('compensate', t('compensatedNow', { id }))}
          />
        )}
        <ActionButton
          label={t('complete')}
          question={t('confirmComplete')}
          detail={`${saga} ${id}`}
          isDangerous
          run={() => steer('complete', t('completedNow', { id }))}
        />
      </div>
    </>
  );
}

function namesOf(place: string): readonly [string, string] {
  try {
    const [saga, id] = JSON.parse(place) as readonly unknown[];
    return [String(saga), String(id)];
  } catch {
    return [place, ''];
  }
}
