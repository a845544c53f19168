import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrometheusServer, freePort, promtool } from '@catga/servers';
import { readFileSync } from 'node:fs';
import { BUILD_WITHIN_MS, ROOT, buildCluster } from './built-cluster.fixture.js';
import { conduct, endConductors } from './conduct.fixture.js';
import { until } from './faults/until.fixture.js';
import { serveStuckSaga } from './stuck-saga.fixture.js';

const DEPLOY = `${ROOT}deploy`;
const RULES = `${DEPLOY}/prometheus/catga.rules.yml`;
const CONFIGURATION = `${DEPLOY}/prometheus/prometheus.yml`;
const STARTS_WITHIN_MS = 120_000;

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

/** Every query of the dashboard, with an interval in which a scrape of every second has several samples. */
function panelQueries(): [string, string][] {
  const text = readFileSync(`${DEPLOY}/grafana/dashboards/catga.json`, 'utf8');
  const { panels } = JSON.parse(text) as Dashboard;
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }): [string, string] => [title, expr.replaceAll('$__rate_interval', '10s')]),
  );
}

describe('the rules', () => {
  it('are correct for promtool, as is the configuration', () => {
    promtool('check', 'rules', RULES);
    promtool('check', 'config', CONFIGURATION);
  });

  it('alert when they should, and only then', () => {
    promtool('test', 'rules', `${DEPLOY}/prometheus/catga.rules.test.yml`);
  });
});

describe('a Prometheus that scrapes the cluster demo', () => {
  let server: PrometheusServer;
  let sagas: Awaited<ReturnType<typeof serveStuckSaga>>;
  let gateway = '';
  let said = '';

  beforeAll(async () => {
    buildCluster();
    const first = await freePort();
    const { exited, text } = conduct('--script', '--seconds', '86400', '--metrics-port', String(first));
    const ended = exited.then(() => {
      throw new Error(`The demo ended:\n${text()}`);
    });
    await Promise.race([ended, until(() => text().includes('Load on '))]);
    ended.catch(() => {});
    said = text();
    [, gateway = ''] = /^Load on (\S+) /m.exec(said) ?? [];
    const targets = [...said.matchAll(/http:\/\/(\S+)\/metrics/g)].map(([, target = '']) => target);
    // As the configuration that is shipped has them, from a port of one's own on.
    expect(targets.map((target) => Number(target.split(':')[1]) - first)).toEqual([0, 1, 2, 3]);
    sagas = await serveStuckSaga();
    server = await PrometheusServer.spawn({ targets: [...targets, sagas.target], rules: [RULES] });
  }, BUILD_WITHIN_MS + STARTS_WITHIN_MS);
  afterAll(async () => {
    await server.stop();
    await sagas.stop();
    await endConductors();
  });

  /** What the load does not do: a command that is repeated, and one that is refused. */
  async function more(): Promise<void> {
    const headers = { 'idempotency-key': 'again' };
    for (const id of ['again', 'again', 'x'.repeat(65)])
      await fetch(`${gateway}orders/${id}`, {
        method: 'POST',
        headers: id === 'again' ? headers : { 'idempotency-key': id },
      });
  }

  /** Resolves once a query is answered with a number. */
  async function answered(query: string): Promise<number> {
    for (;;) {
      await more();
      const numbers = (await server.query(query)).map(({ value }) => Number(value[1]));
      const found = numbers.find((number) => !Number.isNaN(number));
      if (found !== undefined) return found;
    }
  }

  it.each(panelQueries())('answers the query of the panel %s: %s', async (_title, query) => {
    await expect(answered(query)).resolves.toBeGreaterThanOrEqual(0);
  });

  it.each([
    'catga:requests:rate5m',
    'catga:request_errors:ratio5m',
    'catga:request_duration_seconds:p99_5m',
    'catga:critical_time_seconds:p99_5m',
  ])('records %s', async (name) => {
    await expect(answered(name)).resolves.toBeGreaterThanOrEqual(0);
  });

  it('has what every alert compares', async () => {
    const expressions = await server.rules();
    expect(expressions.map(({ name }) => name)).toContain('CatgaNodesDisagree');
    for (const { query } of expressions)
      await expect(answered(query.replace(/ > [\d.]+$/, ''))).resolves.toBeDefined();
  });

  it('raises an alert for a dead letter', async () => {
    await answered('catga_dead_letters_total');
    while (!(await server.alerts()).includes('CatgaDeadLetters')) await answered('up');
  });

  it('raises an alert for a stuck saga', async () => {
    while (!(await server.alerts()).includes('CatgaSagaStuck')) await answered('catga_saga_open');
  });

  it('has a dashboard beside it, at the address that the demo says', async () => {
    const [, dashboard = ''] = /^Dashboard +(\S+)$/m.exec(said) ?? [];
    await expect((await fetch(dashboard)).text()).resolves.toContain('<title>Catga</title>');
    const nodes = await fetch(dashboard.replace(/\/?$/, '/api/nodes'));
    const { items } = (await nodes.json()) as { readonly items: readonly { readonly nodeId: string }[] };
    expect(items.map(({ nodeId }) => nodeId).sort()).toEqual([
      'gateway',
      'orders-1',
      'orders-2',
      'shipping-1',
    ]);
  });
});

it('the Prometheus of docker-compose.yml scrapes the ports that the demo is told in its README', () => {
  const page = readFileSync(`${ROOT}apps/cluster/README.md`, 'utf8');
  const [, first = ''] = /npm run cluster -- --metrics-port (\d+)/.exec(page) ?? [];
  const targets = [0, 1, 2, 3].map((offset) => `host.docker.internal:${Number(first) + offset}`);
  for (const target of targets) expect(readFileSync(CONFIGURATION, 'utf8')).toContain(target);
});
