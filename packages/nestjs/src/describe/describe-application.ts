import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, ModulesContainer, NestFactory } from '@nestjs/core';
import { CatgaError, CatgaNode } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import type { ServiceContracts } from '@catga/core/admin';
import { MODULE_OPTIONS_TOKEN } from '../catga.module-definition.js';
import { exploreSources } from '../explorer/explore-sources.js';
import { findHandlers, registerHandler } from '../explorer/found-handlers.js';

/** Root module of an application, as for `NestFactory.create`. */
export type RootModule = Parameters<typeof NestFactory.createApplicationContext>[0];

/** Options of {@link describeApplication}. */
export interface DescribeOptions {
  /**
   * Name of the service.
   * @defaultValue the option `service` of `CatgaModule.forRoot`; required for `forRootAsync`
   */
  readonly service?: string;
}

/**
 * Describes what the handlers of an application handle, from its code: Nest assembles the modules in its preview mode, which creates no
 * provider, calls no hook, and connects to nothing.
 *
 * `CATGA_CONFIGURATION` lists all problems that would prevent the start. A handler made by a factory is found if its token is its class.
 * Disables Nest's logger in this process.
 *
 * @publicApi
 */
export async function describeApplication(
  module: RootModule,
  { service }: DescribeOptions = {},
): Promise<ServiceContracts> {
  const context = await NestFactory.createApplicationContext(module, {
    preview: true,
    abortOnError: false,
    logger: false,
  });
  const discovery = new DiscoveryService(context.get(ModulesContainer));
  const wrappers = [...discovery.getProviders(), ...discovery.getControllers()];
  const options = wrappers.find(({ token }) => token === MODULE_OPTIONS_TOKEN);
  if (options === undefined)
    throw new CatgaError('CATGA_CONFIGURATION', 'The module does not import CatgaModule.forRoot().');
  // Options of a factory are not created.
  const given = options.inject === undefined ? (options.instance as CatgaOptions) : undefined;
  if (given === undefined && service === undefined)
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      'CatgaModule.forRootAsync() creates its options when the application starts: pass the name of the service.',
    );
  const node = new CatgaNode({ ...given, ...(service !== undefined && { service }) });
  const { handlers, problems } = findHandlers(wrappers);
  for (const found of handlers) registerHandler(node, found, { handler: () => {} });
  // Handler sources look up the node of the application, which Nest has not created.
  for (const wrapper of wrappers) if (wrapper.token === CatgaNode) wrapper.instance = node;
  const ofSources = exploreSources(
    wrappers,
    node,
    () => () => Promise.reject(new Error('The application is not running.')),
  );
  return node.contracts([...problems, ...ofSources]);
}

/** Whether a value is a class with `@Module()`. */
export function isModule(value: unknown): boolean {
  return (
    typeof value === 'function' &&
    Object.values(MODULE_METADATA).some((key) => Reflect.hasOwnMetadata(key, value))
  );
}
