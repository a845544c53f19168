// One event store on PostgreSQL: node main.js <SideArguments as JSON>. Nothing else runs in its process.
import { serveSide } from '../../processes/sides/serve-side.js';
import { PEERS } from '../peers/peers.js';

serveSide(PEERS);
