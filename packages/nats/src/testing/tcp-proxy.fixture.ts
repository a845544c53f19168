export { TcpProxy } from '@catga/servers';
