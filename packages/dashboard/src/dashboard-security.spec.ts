import { describe, expect, it } from '@jest/globals';
import { CatgaDashboardModule } from './index.js';
import { securityCases } from './security-cases.fixture.js';

// On Express: in dashboard-platforms.long.spec.ts.
securityCases('fastify');

describe('options of the dashboard', () => {
  it('are refused with every problem', () => {
    const wrong = { path: '/a b', traceUrl: 'javascript:alert({traceId})', guards: [1], extra: true };
    expect(() => CatgaDashboardModule.forRoot(wrong as object)).toThrow(/path: .*guards.*traceUrl: .*extra/s);
    expect(() => CatgaDashboardModule.forRoot({ traceUrl: 'https://traces.example' })).toThrow(/\{traceId\}/);
    expect(() => CatgaDashboardModule.forRoot({ path: '..' })).toThrow(/path/);
  });
});
