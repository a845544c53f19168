import type { Command } from 'commander';
import { systemClock } from '@catga/core/engine';
import type { Engine } from '@catga/core';
import { engineOf } from '../connection/engine-of.js';
import { withoutSecrets } from '../connection/target.js';
import type { Target } from '../connection/target.js';
import { Session } from '../connection/session.js';
import type { Cli } from '../cli.js';
import { viewCluster } from '../doctor/cluster-view.js';
import { examineNodes } from '../doctor/examine-nodes.js';
import { examineSubscriptions } from '../doctor/examine-subscriptions.js';
import type { Finding } from '../doctor/finding.js';
import { EXIT } from '../exit-codes.js';
import { printable } from '../output.js';
import type { Output } from '../output.js';

/** Findings that prevent joining the cluster. */
const KEEPS_OUT = /-(unreachable|credentials|no-jetstream|old-server|no-headers)$/;

/** `catga doctor`: finds problems and their remedies. Exit code 1 if it found an error. */
export function addDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('finds problems of the broker and the nodes, with remedies')
    .action(async (_options: unknown, command: Command) => {
      const target = cli.target(command);
      const findings = await examine(cli, await engineOf(target), target);
      write(cli.outputOf(command), findings);
      if (findings.some(({ severity }) => severity === 'error')) cli.exitCode = EXIT.failed;
    });
}

async function examine({ terminal }: Cli, engine: Engine, target: Target): Promise<readonly Finding[]> {
  const { namespace, url } = target;
  const ofBroker = (await engine.diagnose?.({ namespace, clock: systemClock })) ?? [];
  // Joining would only time out.
  if (ofBroker.some(({ code }) => KEEPS_OUT.test(code))) return ofBroker;
  try {
    const session = await Session.open(engine, target, terminal.signal);
    try {
      const view = await viewCluster(session);
      return [...ofBroker, ...examineNodes(view), ...examineSubscriptions(view)];
    } finally {
      await session.close();
    }
  } catch (thrown) {
    // The broker's findings explain it; without any, the failure is a finding.
    if (ofBroker.some(({ severity }) => severity === 'error')) return ofBroker;
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    const isRefused = text.includes('permit');
    return [
      ...ofBroker,
      {
        code: isRefused ? 'broker-permission' : 'not-joined',
        severity: 'error',
        subject: withoutSecrets(url),
        text,
        remedy: isRefused
          ? 'Grant the user the permissions of a namespace: see SECURITY.md.'
          : 'Look up its code in the reference of errors.',
      },
    ];
  }
}

function write(output: Output, findings: readonly Finding[]): void {
  if (output.format !== 'table') return output.rows(findings, []);
  if (findings.length === 0) return output.line('No problems found.');
  const { red, yellow, cyan, bold, dim } = output.colors;
  const colors = { error: red, warning: yellow, info: cyan };
  for (const { code, severity, subject, text, remedy } of findings) {
    output.line(
      `${colors[severity](severity)} ${bold(printable(subject))} ${printable(text)} ${dim(`(${code})`)}`,
    );
    output.line(`  ${printable(remedy)}`);
  }
}
