import { useState } from 'preact/hooks';
import type { PageView, SubscriptionView } from '../../src/api/views.js';
import { act, addressOf } from '../api.js';
import { duration, number, t } from '../language.js';
import { ActionButton } from '../parts/action-button.js';
import { Pager } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import type { Column } from '../parts/table.js';
import { useReading } from '../reading.js';

export function Subscriptions({ readOnly }: { readonly readOnly: boolean }) {
  const [after, setAfter] = useState<string | undefined>();
  const { data, problem, reload } = useReading<PageView<SubscriptionView>>(
    addressOf('subscriptions', { after }),
  );
  const turn = async (id: string, isPaused: boolean): Promise<string> => {
    await act(`subscriptions/${isPaused ? 'resume' : 'pause'}`, { id });
    reload();
    return t(isPaused ? 'resumedNow' : 'pausedNow', { id });
  };
  const action: Column<SubscriptionView> = {
    title: t('action'),
    cell: ({ id, isPaused }) =>
      isPaused !== undefined && (
        <ActionButton
          key={String(isPaused)}
          label={t(isPaused ? 'resume' : 'pause')}
          title={t(isPaused ? 'resumeOf' : 'pauseOf', { id })}
          run={() => turn(id, isPaused)}
        />
      ),
  };
  return (
    <>
      <h1 tabIndex={-1}>{t('subscriptions')}</h1>
      <Problem text={problem} />
      <Table
        title={t('subscriptions')}
        items={data?.items}
        keyOf={({ id }) => id}
        columns={[
          { title: t('subscription'), cell: ({ id }) => id },
          {
            title: t('state'),
            cell: ({ isPaused }) => (
              <span class={`badge ${isPaused === true ? 'suspected' : 'alive'}`}>
                {t(isPaused === true ? 'paused' : 'active')}
              </span>
            ),
          },
          { title: t('waiting'), isNumber: true, cell: ({ waiting }) => number(waiting) },
          { title: t('due'), isNumber: true, cell: ({ lag }) => number(lag?.due) },
          { title: t('delayed'), isNumber: true, cell: ({ lag }) => number(lag?.delayed) },
          { title: t('handling'), isNumber: true, cell: ({ lag }) => number(lag?.handling) },
          { title: t('oldest'), isNumber: true, cell: ({ lag }) => duration(lag?.oldestDueMs) },
          { title: t('owners'), cell: ({ owners }) => owners.join(', ') },
          { title: t('name'), cell: ({ names }) => names.join(', ') },
          ...(readOnly ? [] : [action]),
        ]}
      />
      <Pager after={after} next={data?.next} go={setAfter} />
    </>
  );
}
