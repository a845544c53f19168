import { Module } from '@nestjs/common';
import { readNodeSettings } from '../node/node-settings.js';
import { serveNode } from '../node/serve-node.js';
import { Holds, ProbeControl, probeModule } from '../probe/probe-node.js';

/** A node that handles nothing. */
@Module({ providers: [Holds, ProbeControl] })
class ProbeCallerModule {}

await serveNode({ module: ProbeCallerModule, imports: [probeModule('callers', readNodeSettings('caller'))] });
