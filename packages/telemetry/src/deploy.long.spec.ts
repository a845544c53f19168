import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CatgaNode } from '@catga/core';
import { PrometheusServer, promtool } from '@catga/servers';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { prometheus } from './prometheus.js';
import { startShop, workIn } from './shop-node.fixture.js';

const DEPLOY = fileURLToPath(new URL('../../../deploy', import.meta.url));
const RULES = `${DEPLOY}/prometheus/catga.rules.yml`;

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
    promtool('check', 'config', `${DEPLOY}/prometheus/prometheus.yml`);
  });

  it('alert when they should, and only then', () => {
    promtool('test', 'rules', `${DEPLOY}/prometheus/catga.rules.test.yml`);
  });
});

describe('a Prometheus that scrapes a node', () => {
  const registry = new Registry();
  const fate = { fails: false };
  let node: CatgaNode;
  let application: Server;
  let server: PrometheusServer;

  beforeAll(async () => {
    node = await startShop([prometheus({ registry })], {}, fate);
    application = createServer((_request, response) => {
      void registry.metrics().then((text) => response.end(text));
    });
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    const { port } = application.address() as AddressInfo;
    server = await PrometheusServer.spawn({ targets: [`127.0.0.1:${port}`], rules: [RULES] });
  });
  afterAll(async () => {
    await server.stop();
    application.closeAllConnections();
    application.close();
    await node.stop();
  });

  /** Works until a query is answered with a number. */
  async function answered(query: string): Promise<number> {
    for (;;) {
      await workIn(node, fate);
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
});
