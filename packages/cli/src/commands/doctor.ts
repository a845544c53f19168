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

/** Findings with which nobody joins. */
const KEEPS_OUT = /-(unreachable|credentials|no-jetstream|old-server|no-headers)$/;

/** `catga doctor`: what is wrong, and what to do about it. Ends with 1 if it found an error. */
export function addDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('looks for what is wrong with the broker and the nodes, and says what to do about it')
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
  // It would only wait for what is not there.
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
    // The broker's own findings say why; if there are none, that is one.
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
          ? 'Give the user the permissions of a namespace: SECURITY.md lists them.'
          : 'Look at the reference of errors for its code.',
      },
    ];
  }
}

function write(output: Output, findings: readonly Finding[]): void {
  if (output.format !== 'table') return output.rows(findings, []);
  if (findings.length === 0) return output.line('Nothing is wrong.');
  const { red, yellow, cyan, bold, dim } = output.colors;
  const colors = { error: red, warning: yellow, info: cyan };
  for (const { code, severity, subject, text, remedy } of findings) {
    output.line(
      `${colors[severity](severity)} ${bold(printable(subject))} ${printable(text)} ${dim(`(${code})`)}`,
    );
    output.line(`  ${printable(remedy)}`);
  }
}
