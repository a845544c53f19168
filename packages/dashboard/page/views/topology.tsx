import type { Topology } from '@catga/core/admin';
import { addressOf } from '../api.js';
import { t } from '../language.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import { useReading } from '../reading.js';

/** Which service sends what to which, as seen so far. */
export function TopologyPage() {
  const { data, problem } = useReading<Topology>(addressOf('topology'));
  return (
    <>
      <h1 tabIndex={-1}>{t('topology')}</h1>
      <Problem text={problem} />
      <Table
        title={t('topology')}
        items={data?.edges}
        keyOf={({ from, to, kind, name }) => JSON.stringify([from, to, kind, name])}
        columns={[
          { title: t('from'), cell: ({ from }) => from },
          { title: t('to'), cell: ({ to }) => to },
          { title: t('kind'), cell: ({ kind }) => kind },
          { title: t('name'), cell: ({ name }) => name },
        ]}
      />
    </>
  );
}
