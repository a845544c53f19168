import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { readNodeSettings } from '../node/node-settings.js';
import { serveNode } from '../node/serve-node.js';
import { Holds, ProbeControl, probeModule } from '../probe/probe-node.js';
import { ProbeHandlers } from './probe.handlers.js';

/** A node that handles every probe. */
@Module({ providers: [Holds, ProbeControl, ProbeHandlers] })
class ProbeWorkerModule {}

const settings = readNodeSettings('worker');
await serveNode({
  module: ProbeWorkerModule,
  imports: [probeModule('workers', settings), LedgerModule.with(settings)],
});
