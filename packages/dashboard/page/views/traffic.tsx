import type { TrafficView } from '../../src/api/views.js';
import { addressOf } from '../api.js';
import { duration, number, t } from '../language.js';
import { Chart } from '../parts/chart.js';
import { Problem } from '../parts/problem.js';
import { useReading } from '../reading.js';

/** Page of the cluster's traffic over time. */
export function Traffic() {
  const { data, problem } = useReading<TrafficView>(addressOf('traffic'));
  const points = data?.points ?? [];
  const times = points.map(({ atMs }) => atMs);
  const perSecond = (value: number): string => number(Math.round(value * 10) / 10);
  return (
    <>
      <h1 tabIndex={-1}>{t('traffic')}</h1>
      <Problem text={problem} />
      <p class="hint">{t(points.length === 0 ? 'trafficBegins' : 'trafficHint')}</p>
      {points.length > 0 && (
        <div class="charts">
          <Chart
            title={t('throughput')}
            times={times}
            text={perSecond}
            series={[
              { label: t('handledRate'), values: points.map(({ handled }) => handled) },
              { label: t('failedRate'), values: points.map(({ failed }) => failed) },
            ]}
          />
          <Chart
            title={t('latency')}
            times={times}
            text={duration}
            series={percentiles(points.map(({ durationMs }) => durationMs))}
          />
          <Chart
            title={t('criticalTime')}
            times={times}
            text={duration}
            series={percentiles(points.map(({ criticalMs }) => criticalMs))}
          />
          <Chart
            title={t('lag')}
            times={times}
            text={number}
            series={[{ label: t('due'), values: points.map(({ due }) => due) }]}
          />
          <Chart
            title={t('oldestDue')}
            times={times}
            text={duration}
            series={[{ label: t('oldest'), values: points.map(({ oldestDueMs }) => oldestDueMs) }]}
          />
        </div>
      )}
    </>
  );
}

function percentiles(all: readonly (readonly (number | null)[])[]) {
  return [
    { label: t('median'), values: all.map(([median = null]) => median) },
    { label: t('percentile95'), values: all.map(([, high = null]) => high) },
  ];
}
