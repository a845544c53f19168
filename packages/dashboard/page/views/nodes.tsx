import { useState } from 'preact/hooks';
import type { NodeDetailView, NodeView, PageView } from '../../src/api/views.js';
import { addressOf } from '../api.js';
import { duration, number, t } from '../language.js';
import { Facts } from '../parts/facts.js';
import { Pager } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import { useReading } from '../reading.js';

export function Nodes() {
  const [after, setAfter] = useState<string | undefined>();
  const { data, problem } = useReading<PageView<NodeView>>(addressOf('nodes', { after }));
  return (
    <>
      <h1 tabIndex={-1}>{t('nodes')}</h1>
      <Problem text={problem} />
      <Table
        title={t('nodes')}
        items={data?.items}
        keyOf={({ nodeId }) => nodeId}
        columns={[
          {
            title: t('node'),
            cell: ({ nodeId }) => <a href={`#/nodes/${encodeURIComponent(nodeId)}`}>{nodeId}</a>,
          },
          { title: t('service'), cell: ({ service }) => service },
          { title: t('status'), cell: ({ status }) => <span class={`badge ${status}`}>{t(status)}</span> },
          { title: t('handles'), isNumber: true, cell: ({ handles }) => number(handles) },
          { title: t('inFlight'), isNumber: true, cell: ({ load }) => number(load.inFlight) },
          { title: t('queued'), isNumber: true, cell: ({ load }) => number(load.queued) },
          { title: t('handled'), isNumber: true, cell: ({ load }) => number(load.handled) },
          { title: t('up'), isNumber: true, cell: ({ startedAtMs }) => duration(Date.now() - startedAtMs) },
        ]}
      />
      <Pager after={after} next={data?.next} go={setAfter} />
    </>
  );
}

export function NodeDetail({ id }: { readonly id: string }) {
  const { data, problem } = useReading<NodeDetailView>(addressOf('nodes/show', { id }));
  const { node, description, stats } = data ?? {};
  const failures = Object.entries(stats?.failures ?? {}).map(([source, count]) => `${source} ${count}`);
  return (
    <>
      <p>
        <a href="#/nodes">{t('back')}</a>
      </p>
      <h1 tabIndex={-1}>{id}</h1>
      <Problem text={problem ?? data?.problem} />
      {node && (
        <Facts
          of={[
            [t('service'), node.service],
            [t('status'), <span class={`badge ${node.status}`}>{t(node.status)}</span>],
            [t('engine'), description?.engine],
            [t('runtime'), description && `Node.js ${description.runtime}, ${description.pid}`],
            [t('endpoint'), node.endpoint],
            [t('up'), duration(Date.now() - node.incarnation)],
            [t('memory'), stats && `${number(Math.round(stats.memoryBytes / 1024 / 1024))} MiB`],
            [t('inFlight'), number(node.load.inFlight)],
            [t('queued'), number(node.load.queued)],
            [t('handled'), number(node.load.handled)],
            [t('requests'), (description?.requests.map(({ name }) => name) ?? node.handles).join(', ')],
            [t('events'), description?.events.map(({ name }) => name).join(', ')],
            [t('subscriptions'), description?.subscriptions.map((one) => one.id).join(', ')],
            [t('sends'), node.sends?.join(', ')],
            [t('publishes'), node.publishes?.join(', ')],
            [t('failures'), failures.join(', ')],
          ]}
        />
      )}
    </>
  );
}
