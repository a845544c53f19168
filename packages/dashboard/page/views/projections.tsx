import type { ProjectionsView } from '../../src/api/views.js';
import { act, addressOf } from '../api.js';
import { duration, number, t, time } from '../language.js';
import { ActionButton } from '../parts/action-button.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import type { Column } from '../parts/table.js';
import { useReading } from '../reading.js';

type Build = ProjectionsView['items'][number];

/** Maximum number of events that nodes count. */
const MOST_COUNTED = 1000;

const STATUS = { running: 'runningState', paused: 'paused', stopped: 'stopped' } as const;

/** Page of projections: builds with their lag, and why they stopped. */
export function Projections({ readOnly }: { readonly readOnly: boolean }) {
  const { data, problem, reload } = useReading<ProjectionsView>(addressOf('projections'));
  const steer = async (
    action: 'pause' | 'resume' | 'rebuild',
    done: string,
    { projection, service, version }: Build,
  ): Promise<string> => {
    await act(`projections/${action}`, { projection, service, version });
    reload();
    return done;
  };
  const actions: Column<Build> = {
    title: t('action'),
    cell: (one) => {
      const id = one.projection;
      return (
        <div class="buttons">
          {one.status === 'running' ? (
            <ActionButton
              key="pause"
              label={t('pause')}
              title={t('pauseOf', { id })}
              run={() => steer('pause', t('pausedNow', { id }), one)}
            />
          ) : (
            <ActionButton
              key="resume"
              label={t('resume')}
              title={t('resumeOf', { id })}
              run={() => steer('resume', t('resumedNow', { id }), one)}
            />
          )}
          {one.role === 'live' && (
            <ActionButton
              label={t('rebuild')}
              title={t('rebuildOf', { id })}
              question={t('confirmRebuild')}
              detail={id}
              run={() => steer('rebuild', t('rebuiltNow', { id }), one)}
            />
          )}
        </div>
      );
    },
  };
  return (
    <>
      <h1 tabIndex={-1}>{t('projections')}</h1>
      <Problem text={problem} />
      {data?.unanswered.map(({ nodeId, problem: why }) => (
        <p key={nodeId} class="hint">
          {t('unanswered', { node: nodeId, problem: why })}
        </p>
      ))}
      <Table
        title={t('projections')}
        items={data?.items}
        keyOf={({ projection, service, build }) => JSON.stringify([projection, service, build])}
        columns={[
          { title: t('projection'), cell: ({ projection }) => projection },
          { title: t('service'), cell: ({ service }) => service },
          {
            title: t('versionAndBuild'),
            isNumber: true,
            cell: ({ version, build }) => `${number(version)} (${number(build)})`,
          },
          { title: t('role'), cell: ({ role }) => t(`${role}Build`) },
          {
            title: t('status'),
            cell: ({ status, problem: why }) => (
              <>
                <span class={`badge ${status === 'running' ? 'alive' : 'suspected'}`}>
                  {t(STATUS[status])}
                </span>
                {why !== undefined && <p class="problem">{why}</p>}
              </>
            ),
          },
          {
            title: t('behind'),
            isNumber: true,
            cell: ({ eventsBehind: count }) =>
              count < MOST_COUNTED ? number(count) : t('andMore', { count: number(count) }),
          },
          {
            title: t('oldestEvent'),
            isNumber: true,
            cell: ({ eventsBehind, behindMs }) => eventsBehind > 0 && duration(behindMs),
          },
          { title: t('position'), cell: ({ checkpoint }) => checkpoint },
          { title: t('progressAt'), cell: ({ changedAtMs }) => time(changedAtMs) },
          ...(readOnly ? [] : [actions]),
        ]}
      />
    </>
  );
}
