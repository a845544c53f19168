// The public API of Catga, complete: applications import from here alone.
export * from '@catga/core';
export { CATGA_NODE_SERVICES, CatgaModule } from './catga.module.js';
export type {
  CatgaModuleExtras,
  CatgaModuleOptions,
  CatgaOptionsFactory,
} from './catga.module-definition.js';
export { EventHandler } from './decorators/event-handler.decorator.js';
export type { EventHandlerDecorator } from './decorators/event-handler.decorator.js';
export { RequestHandler } from './decorators/request-handler.decorator.js';
export type { RequestHandlerDecorator } from './decorators/request-handler.decorator.js';
export { CATGA_CONTEXT_TYPE } from './explorer/enhancer-context.js';
export { HandlerSource, madeForDescriptions, needsHandlerSource } from './explorer/handler-source.js';
export type { ExploredProvider, NeededSource } from './explorer/handler-source.js';
export type { MessageRequest } from './explorer/handler-invoker.js';
export { CatgaHealthIndicator } from './health/catga-health.indicator.js';
export type {
  CatgaBrokerHealth,
  CatgaHealth,
  CatgaHealthDetails,
  CatgaStatus,
} from './health/catga-health.indicator.js';
export { CatgaExceptionFilter } from './http/catga-exception.filter.js';
export { LoopbackGuard } from './http/loopback.guard.js';
export type { ReceivedRequest } from './http/loopback.guard.js';
export { logging } from './logging/logging.behavior.js';
export type { LoggingOptions } from './logging/logging.behavior.js';
