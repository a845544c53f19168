import { CatgaModule } from '@catga/nestjs';

void CatgaModule.forRoot();
void CatgaModule.forRoot({ service: 'orders', request: { timeoutMs: 1000 }, routing: 'round-robin' });
void CatgaModule.forRootAsync({
  inject: ['NAME'],
  useFactory: async (service: string) => ({ service, retry: { maxAttempts: 3 } }),
});

// @ts-expect-error there is no such option
void CatgaModule.forRoot({ heartBeat: { intervalMs: 1 } });

// @ts-expect-error there is no such routing strategy
void CatgaModule.forRoot({ routing: 'fastest' });
