import type { SchedulesView } from '../../src/api/views.js';
import { addressOf } from '../api.js';
import { t, time } from '../language.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import { useReading } from '../reading.js';

/** Page of schedules with their next runs. */
export function Schedules() {
  const { data, problem } = useReading<SchedulesView>(addressOf('schedules'));
  return (
    <>
      <h1 tabIndex={-1}>{t('schedules')}</h1>
      <Problem text={problem} />
      {data?.unanswered.map(({ nodeId, problem: why }) => (
        <p key={nodeId} class="hint">
          {t('unanswered', { node: nodeId, problem: why })}
        </p>
      ))}
      <Table
        title={t('schedules')}
        items={data?.items}
        keyOf={({ name }) => name}
        columns={[
          { title: t('schedule'), cell: ({ name }) => name },
          { title: t('message'), cell: ({ command }) => command },
          { title: t('cron'), cell: ({ cron, timeZone }) => `${cron} (${timeZone})` },
          { title: t('lastRun'), cell: ({ lastTickMs }) => lastTickMs && time(lastTickMs) },
          {
            title: t('nextRuns'),
            cell: ({ nextMs }) => nextMs.map((at) => <div key={at}>{time(at)}</div>),
          },
        ]}
      />
    </>
  );
}
