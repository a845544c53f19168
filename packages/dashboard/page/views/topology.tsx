import type { TopologyView } from '../../src/api/views.js';
import { addressOf } from '../api.js';
import { number, t } from '../language.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import { TopologyPicture } from '../parts/topology-picture.js';
import { useReading } from '../reading.js';

/** Page of the topology: which service sends what to which, as observed so far, with current rates. */
export function TopologyPage() {
  const { data, problem } = useReading<TopologyView>(addressOf('topology'));
  return (
    <>
      <h1 tabIndex={-1}>{t('topology')}</h1>
      <Problem text={problem} />
      {data && <TopologyPicture topology={data} />}
      <h2>{t('messages')}</h2>
      <Table
        title={t('topology')}
        items={data?.edges}
        keyOf={({ from, to, kind, name }) => JSON.stringify([from, to, kind, name])}
        columns={[
          { title: t('from'), cell: ({ from }) => from },
          { title: t('to'), cell: ({ to }) => to },
          { title: t('kind'), cell: ({ kind }) => kind },
          { title: t('name'), cell: ({ name }) => name },
          { title: t('rate'), isNumber: true, cell: ({ rate }) => number(Math.round(rate * 10) / 10) },
        ]}
      />
    </>
  );
}
