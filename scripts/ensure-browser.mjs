// Finds Chromium for the tests of the dashboard's page, or installs it where that is possible, as ensure-servers.mjs does.
import { findChromium } from '../libs/servers/dist/find-chromium.js';

console.log(`chromium: ${findChromium()}`);
