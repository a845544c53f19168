// The entry `@catga/nestjs/asyncapi`: the contracts of a running application, over HTTP.
export { CatgaAsyncApiModule } from './asyncapi/catga-async-api.module.js';
export type { CatgaAsyncApiOptions } from './asyncapi/catga-async-api.module.js';
