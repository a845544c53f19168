import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, ModulesContainer, NestFactory } from '@nestjs/core';
import { CatgaError, CatgaNode } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import type { ServiceContracts } from '@catga/core/admin';
import { MODULE_OPTIONS_TOKEN } from '../catga.module-definition.js';
import { exploreSources } from '../explorer/explore-sources.js';
import { findHandlers, registerHandler } from '../explorer/found-handlers.js';

/** Root module of an application, as `NestFactory.create` takes it. */
export type RootModule = Parameters<typeof NestFactory.createApplicationContext>[0];

/** Options of {@link describeApplication}. */
export interface DescribeOptions {
  /**
   * Name of the service.
   * @defaultValue the option `service` of `CatgaModule.forRoot`; for `forRootAsync` it has to be given
   */
  readonly service?: string;
}

/**
 * What the handlers of an application handle, by its code: Nest puts the modules together in its preview mode, in which no provider is
 * made, no hook is called, and nothing connects.
 *
 * `CATGA_CONFIGURATION` lists everything with which the application would not start. Handlers that a factory makes are found if
 * their token is their class. Nest's logger is switched off in this process.
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
  // A factory's is not made.
  const given = options.inject === undefined ? (options.instance as CatgaOptions) : undefined;
  if (given === undefined && service === undefined)
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      'CatgaModule.forRootAsync() makes its options when the application starts: give the name of the service.',
    );
  const node = new CatgaNode({ ...given, ...(service !== undefined && { service }) });
  const { handlers, problems } = findHandlers(wrappers);
  for (const found of handlers) registerHandler(node, found, { handler: () => {} });
  // Sources look for the node of the application, which Nest has not made.
  for (const wrapper of wrappers) if (wrapper.token === CatgaNode) wrapper.instance = node;
  const ofSources = exploreSources(
    wrappers,
    node,
    () => () => Promise.reject(new Error('It is not running.')),
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
