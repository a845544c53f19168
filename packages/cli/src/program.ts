import { Command, Option } from 'commander';
import type { Cli } from './cli.js';
import { addCheck } from './commands/check.js';
import { addContext } from './commands/context.js';
import { addContracts } from './commands/contracts.js';
import { addDashboard } from './commands/dashboard.js';
import { addDeadLetters } from './commands/dead-letters.js';
import { addDescribe } from './commands/describe.js';
import { addDoctor } from './commands/doctor.js';
import { addMessages } from './commands/messages.js';
import { addMigrate } from './commands/migrate.js';
import { addNodes } from './commands/nodes.js';
import { addProjections } from './commands/projections.js';
import { addQueue } from './commands/queue.js';
import { addSagas } from './commands/sagas.js';
import { addSchedules } from './commands/schedules.js';
import { addSubscriptions } from './commands/subscriptions.js';
import { addTail } from './commands/tail.js';
import { addTopology } from './commands/topology.js';
import { SERIALIZERS } from './connection/serializer-of.js';
import { FORMATS } from './output.js';

/** Creates the command line. Its commands write to the terminal of `cli`, and never end the process. */
export function makeProgram(cli: Cli): Command {
  const { terminal } = cli;
  const program = new Command('catga')
    .description('Inspect and operate a Catga cluster on NATS or Redis.')
    .version(terminal.version)
    .option('--url <url>', 'address of the broker: nats://… or redis://… (CATGA_URL)')
    .option('--context <name>', 'a saved context (CATGA_CONTEXT)')
    .option('--namespace <name>', "the namespace (default: that of the context, or 'catga')")
    .option('--user <name>', 'user at the broker')
    .option('--password <password>', 'its password (CATGA_PASSWORD)')
    .option('--token <token>', 'token for NATS (CATGA_TOKEN)')
    .option('--creds <file>', 'credentials file for NATS: a JWT and a seed')
    .option('--tls-ca <file>', 'trusted CA certificates')
    .option('--tls-cert <file>', 'certificate of this client')
    .option('--tls-key <file>', 'key of the client certificate')
    .addOption(
      new Option('--serializer <name>', 'serializer of the nodes (default: json)').choices(SERIALIZERS),
    )
    .addOption(new Option('--output <format>', 'format of the result').choices(FORMATS).default('table'))
    .option('--yes', 'ask nothing')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
    })
    .showHelpAfterError('(catga --help says more)');
  for (const add of [
    addContext,
    addNodes,
    addSubscriptions,
    addDeadLetters,
    addQueue,
    addSagas,
    addSchedules,
    addProjections,
    addTopology,
    addMessages,
    addTail,
    addCheck,
    addDoctor,
    addDescribe,
    addContracts,
    addDashboard,
    addMigrate,
  ])
    add(program, cli);
  return program;
}
