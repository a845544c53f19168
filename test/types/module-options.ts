import { CatgaModule } from '@catga/nestjs';

void CatgaModule.forRoot();
void CatgaModule.forRoot({
  service: 'orders',
  request: { timeoutMs: 1000 },
  heartbeat: { intervalMs: 1000 },
});
void CatgaModule.forRootAsync({
  inject: ['NAME'],
  useFactory: async (service: string) => ({ service, retry: { maxAttempts: 3 } }),
});

// @ts-expect-error there is no such option
void CatgaModule.forRoot({ heartBeat: { intervalMs: 1 } });

// @ts-expect-error durations are numbers of milliseconds
void CatgaModule.forRoot({ request: { timeoutMs: '1s' } });
