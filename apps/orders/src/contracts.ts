import type { DynamicModule } from '@nestjs/common';
import { AppModule } from './app.module.js';
import { readSettings } from './settings/settings.js';

/** For `npx catga describe apps/orders/dist/contracts.js`: the module, which needs settings. */
export default (): DynamicModule => AppModule.with(readSettings({}));
