import { Option } from 'commander';
import type { Command } from 'commander';
import { asyncApiOf } from '@catga/core/admin';
import type { HandlerContract, MessageContract, ServiceContracts } from '@catga/core/admin';
import type { Cli } from '../cli.js';
import { ApplicationFile } from '../contracts/application-file.js';
import type { Column } from '../output.js';
import { toHandlersChart } from '../topology.js';

interface DescribeOptions {
  readonly export?: string;
  readonly service?: string;
  readonly appVersion?: string;
  readonly format: 'asyncapi' | 'table' | 'mermaid';
}

type Row = MessageContract & { readonly handler: HandlerContract };

const ROWS: readonly Column<Row>[] = [
  ['NAME', ({ name }) => name],
  ['KIND', ({ kind }) => kind],
  ['QOS', ({ qos }) => qos],
  ['SCHEMA', ({ schema }) => (schema === undefined ? 'no' : 'yes')],
  ['HANDLER', ({ handler }) => handler.name],
  ['SUBSCRIPTION', ({ handler }) => handler.subscription?.id],
];

/** `catga describe`: describes what an application handles, from its code. */
export function addDescribe(program: Command, cli: Cli): void {
  program
    .command('describe <file>')
    .description('describes what an application handles, from its compiled root module, without starting it')
    .option('--export <name>', 'export of the root module, or of a function that returns it')
    .option('--service <name>', 'name of the service, if the options come from a factory')
    .option('--app-version <version>', 'version of the service (default: that of its package.json)')
    .addOption(
      new Option('--format <format>', 'as').choices(['asyncapi', 'table', 'mermaid']).default('asyncapi'),
    )
    .action(async (path: string, options: DescribeOptions, command: Command) => {
      const file = await ApplicationFile.open(path);
      const { service } = options;
      const contracts = await file.contracts(options.export, { ...(service !== undefined && { service }) });
      const output = cli.outputOf(command);
      for (const { name, schemaProblem } of contracts.messages)
        if (schemaProblem !== undefined) output.note(`The schema of ${name} is omitted: ${schemaProblem}`);
      if (options.format === 'mermaid') output.line(toHandlersChart(contracts));
      else if (options.format === 'table') output.rows(rowsOf(contracts), ROWS);
      else output.json(asyncApiOf(contracts, { version: options.appVersion ?? file.version }));
    });
}

function rowsOf({ messages }: ServiceContracts): readonly Row[] {
  return messages.flatMap((message) => message.handlers.map((handler) => ({ ...message, handler })));
}
