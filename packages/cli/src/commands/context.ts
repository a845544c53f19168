import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { optionsOf } from '../cli.js';
import { engineOf } from '../connection/engine-of.js';
import { accessOf, loginOf, withoutSecrets } from '../connection/target.js';
import { notFound } from '../exit-codes.js';

/** `catga context`: saved addresses. */
export function addContext(program: Command, cli: Cli): void {
  const context = program.command('context').description('saved clusters');

  context
    .command('add <name> <address>')
    .description('saves or replaces a context, with the given credentials; the first is selected')
    .action(async (name: string, address: string, _options: unknown, command: Command) => {
      const options = optionsOf(command);
      const { namespace = 'catga' } = options;
      const target = { url: address, namespace, ...accessOf(options, cli.terminal.env) };
      await engineOf(target); // Throws for an invalid address.
      cli.contexts.add(name, target);
      cli.outputOf(command).done(`The context '${name}' is saved.`, { name, namespace });
    });

  context
    .command('ls')
    .description('lists contexts, without passwords')
    .action((_options: unknown, command: Command) => {
      const shown = cli.contexts.all.map(({ name, target, isSelected }) => ({
        name,
        url: withoutSecrets(target.url),
        namespace: target.namespace,
        login: loginOf(target),
        isSelected,
      }));
      cli.outputOf(command).rows(shown, [
        ['', ({ isSelected }) => (isSelected ? '*' : ' ')],
        ['NAME', ({ name }) => name],
        ['URL', ({ url }) => url],
        ['NAMESPACE', ({ namespace }) => namespace],
        ['LOGIN', ({ login }) => login],
      ]);
    });

  context
    .command('select <name>')
    .description('makes a context the default')
    .action((name: string, _options: unknown, command: Command) => {
      if (!cli.contexts.select(name)) throw notFound(`There is no context '${name}'.`);
      cli.outputOf(command).done(`The context '${name}' is selected.`, { name });
    });
}
