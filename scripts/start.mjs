// Serves apps/orders in this very process, so that Ctrl-C and SIGTERM reach the application with nothing in between.
await import('../apps/orders/dist/main.js');
