// The entry `@catga/nestjs/health`: only its users need `@nestjs/terminus`.
export { CatgaHealthModule } from './health/catga-health.module.js';
export type { CatgaHealthOptions } from './health/catga-health.module.js';
