import { suspendedNodes } from './suspended-nodes.fixture.js';

suspendedNodes('nats');
