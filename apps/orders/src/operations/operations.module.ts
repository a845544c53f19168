import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DeadLettersController } from './dead-letters.controller.js';
import { HealthController } from './health.controller.js';
import { NodesController } from './nodes.controller.js';

/** Operations: nodes, dead letters, health. */
@Module({
  imports: [TerminusModule],
  controllers: [NodesController, DeadLettersController, HealthController],
})
export class OperationsModule {}
