// The entry `@catga/nestjs/describe`: describes what an application handles, without starting it.
export { asyncApiOf } from '@catga/core/admin';
export type { AsyncApiDocument, AsyncApiInfo, ServiceContracts } from '@catga/core/admin';
export { describeApplication, isModule } from './describe/describe-application.js';
export type { DescribeOptions, RootModule } from './describe/describe-application.js';
