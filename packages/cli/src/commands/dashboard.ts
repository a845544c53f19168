import { once } from 'node:events';
import type { Command } from 'commander';
import type { StandaloneDashboard } from '@catga/dashboard/standalone';
import type { Cli } from '../cli.js';
import { engineOf } from '../connection/engine-of.js';
import { serializerOf } from '../connection/serializer-of.js';
import { wrongUsage } from '../exit-codes.js';
import type { Output } from '../output.js';
import { wholeNumber } from './arguments.js';

interface DashboardOptions {
  readonly port: number;
  readonly readOnly?: boolean;
  readonly traceUrl?: string;
}

/** Logger context of the dashboard's audit lines. */
const AUDIT = 'CatgaDashboard';

/** `catga dashboard`: serves the dashboard to browsers on this machine until it is interrupted. */
export function addDashboard(program: Command, cli: Cli): void {
  program
    .command('dashboard [address]')
    .description('serves the dashboard to browsers on this machine, until it is interrupted')
    .option('--port <port>', 'port to listen on (default: any free port)', wholeNumber(0, 65_535), 0)
    .option('--read-only', 'without actions')
    .option('--trace-url <url>', 'address of a trace, with {traceId}')
    .action(async (address: string | undefined, options: DashboardOptions, command: Command) => {
      const target = cli.target(command, address);
      const output = cli.outputOf(command);
      const { serveDashboard } = await dashboardPackage();
      const { namespace } = target;
      const dashboard = await serveDashboard({
        engine: await engineOf(target),
        namespace,
        serializer: await serializerOf(target.serializer),
        ...options,
        logger: loggerOf(output),
      });
      await served(dashboard, output, cli.terminal.signal);
    });
}

async function served(dashboard: StandaloneDashboard, output: Output, signal: AbortSignal): Promise<void> {
  const { url } = dashboard;
  output.done(`The dashboard is at ${url}. Ctrl+C ends it.`, { url });
  if (!signal.aborted) await once(signal, 'abort');
  await dashboard.close();
}

/** Loads the dashboard, and with it Nest, which the other commands do not need. */
async function dashboardPackage(): Promise<typeof import('@catga/dashboard/standalone')> {
  try {
    return await import('@catga/dashboard/standalone');
  } catch (thrown) {
    if (!isAbsence(thrown)) throw thrown;
    throw wrongUsage(
      'The dashboard is a separate package: npm install --save-dev @catga/dashboard @nestjs/platform-express',
    );
  }
}

function isAbsence(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}

function loggerOf(output: Output) {
  const note = (line: unknown): void => output.note(String(line));
  return {
    log: (line: unknown, context?: unknown) => context === AUDIT && note(line),
    warn: note,
    error: note,
  };
}
