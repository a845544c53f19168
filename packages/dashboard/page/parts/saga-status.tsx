import type { SagaView } from '../../src/api/views.js';
import { t } from '../language.js';

export const STATUSES = ['running', 'compensating', 'stuck', 'completed', 'compensated'] as const;

export function SagaStatus({ status }: Pick<SagaView, 'status'>) {
  return <span class={`badge ${status === 'stuck' ? 'suspected' : 'alive'}`}>{t(`${status}Saga`)}</span>;
}
