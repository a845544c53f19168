import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findPrometheus, findPromtool } from './find-prometheus.js';
import { freePort, LOOPBACK as HOST } from './free-port.js';
import { TemporaryFolder } from './temporary-folder.js';

const STARTS_WITHIN_MS = 60_000;

/** One series of an answer. */
export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  /** Time, and the value as text. */
  readonly value: readonly [number, string];
}

/** What to scrape, and rules to evaluate. */
export interface PrometheusServerOptions {
  /** `host:port` of applications that serve `/metrics`. */
  readonly targets: readonly string[];
  /** Paths of files with rules. */
  readonly rules: readonly string[];
}

/** A Prometheus that scrapes and evaluates every second. */
export class PrometheusServer {
  private constructor(
    readonly url: string,
    private readonly folder: TemporaryFolder,
    private readonly process: ChildProcess,
  ) {}

  static async spawn({ targets, rules }: PrometheusServerOptions): Promise<PrometheusServer> {
    const folder = new TemporaryFolder();
    const port = await freePort();
    // JSON is YAML.
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: rules,
      scrape_configs: [{ job_name: 'test', static_configs: [{ targets }] }],
    };
    const file = folder.write('prometheus.yml', JSON.stringify(configuration));
    const child = spawn(
      findPrometheus(),
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder.path, 'data')}`,
        `--web.listen-address=${HOST}:${port}`,
      ],
      { cwd: folder.path, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const url = `http://${HOST}:${port}`;
    const deadlineMs = Date.now() + STARTS_WITHIN_MS;
    while (!(await isReady(url))) {
      if (child.exitCode !== null || Date.now() > deadlineMs)
        throw new Error(`prometheus did not start:\n${output}`);
      await delay(20);
    }
    return new PrometheusServer(url, folder, child);
  }

  /** Answer to a query now; empty if there is nothing. Rejects for a query that is wrong. */
  async query(expression: string): Promise<readonly PrometheusSample[]> {
    const answer = await this.get<{ readonly result: readonly PrometheusSample[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return answer.result;
  }

  /** Names of the alerts that are pending or firing. */
  async alerts(): Promise<readonly string[]> {
    const { alerts } = await this.get<{ readonly alerts: readonly PrometheusAlert[] }>('alerts');
    return alerts.map(({ labels }) => labels.alertname);
  }

  /** The alerting rules, with their expressions. */
  async rules(): Promise<readonly PrometheusRule[]> {
    const { groups } = await this.get<{
      readonly groups: readonly { readonly rules: readonly PrometheusRule[] }[];
    }>('rules?type=alert');
    return groups.flatMap(({ rules }) => rules);
  }

  /** Stops it and removes its files. */
  async stop(): Promise<void> {
    const exited = once(this.process, 'exit');
    if (this.process.exitCode === null && this.process.kill('SIGKILL')) await exited;
    this.folder.remove();
  }

  private async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    const { data, error } = (await response.json()) as { readonly data: T; readonly error?: string };
    if (error !== undefined) throw new Error(`${path}: ${error}`);
    return data;
  }
}

/** An alerting rule. */
export interface PrometheusRule {
  readonly name: string;
  readonly query: string;
}

interface PrometheusAlert {
  readonly labels: { readonly alertname: string };
}

/** Runs promtool. Throws what it says if it fails. */
export function promtool(...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(findPromtool(), args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`promtool ${args.join(' ')}:\n${stdout}${stderr}`);
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok;
  } catch {
    return false;
  }
}
