import type { FailuresView } from '../../src/api/views.js';
import { addressOf } from '../api.js';
import { t, time } from '../language.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import { useReading } from '../reading.js';

export function Failures() {
  const { data, problem } = useReading<FailuresView>(addressOf('failures'));
  return (
    <>
      <h1 tabIndex={-1}>{t('failures')}</h1>
      <Problem text={problem} />
      {data?.unanswered.map(({ nodeId, problem: why }) => (
        <p key={nodeId} class="problem">
          {t('unanswered', { node: nodeId, problem: why })}
        </p>
      ))}
      <Table
        title={t('failures')}
        items={data?.items}
        keyOf={({ nodeId, atMs, source, messageId = '', attempt }) =>
          JSON.stringify([nodeId, atMs, source, messageId, attempt])
        }
        columns={[
          { title: t('failedAt'), cell: ({ atMs }) => time(atMs) },
          { title: t('node'), cell: ({ nodeId }) => nodeId },
          { title: t('source'), cell: ({ source }) => source },
          { title: t('name'), cell: ({ name }) => name },
          { title: t('attempt'), isNumber: true, cell: ({ attempt }) => attempt },
          { title: t('disposition'), cell: ({ disposition }) => disposition },
          { title: t('error'), cell: ({ error }) => `${error.code ?? error.name}: ${error.message}` },
        ]}
      />
    </>
  );
}
