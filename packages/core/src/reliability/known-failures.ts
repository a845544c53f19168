/** Codes of errors that come of the infrastructure, by who gives them. */
const CODES: Readonly<Record<string, string>> = {
  // Node: the network, and what a process runs out of
  node: `
    ECONNREFUSED ECONNRESET ECONNABORTED ETIMEDOUT ESOCKETTIMEDOUT EPIPE ENOTCONN ENOTFOUND EAI_AGAIN
    EAI_FAIL EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENETRESET EADDRNOTAVAIL ENOBUFS EMFILE ENFILE
    ERR_SOCKET_CLOSED ERR_SOCKET_CONNECTION_TIMEOUT ERR_STREAM_PREMATURE_CLOSE ERR_STREAM_DESTROYED
    ERR_TLS_HANDSHAKE_TIMEOUT ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_SESSION_ERROR ERR_HTTP2_STREAM_CANCEL
    ERR_NETWORK
  `,
  // undici, which `fetch` is
  undici: `
    UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT UND_ERR_SOCKET UND_ERR_CLOSED
    UND_ERR_DESTROYED UND_ERR_ABORTED
  `,
  // Prisma: not reachable, closed, timed out, no connection of the pool left, deadlock
  prisma: `
    P1000 P1001 P1002 P1003 P1008 P1010 P1011 P1017 P2024 P2034 P2037
  `,
  // mysql2 and mariadb
  mysql: `
    PROTOCOL_CONNECTION_LOST PROTOCOL_SEQUENCE_TIMEOUT PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR
    PROTOCOL_ENQUEUE_AFTER_QUIT POOL_CLOSED POOL_NOEXIST ER_CON_COUNT_ERROR ER_SERVER_SHUTDOWN
    ER_TOO_MANY_USER_CONNECTIONS ER_LOCK_DEADLOCK ER_LOCK_WAIT_TIMEOUT ER_CONNECTION_KILLED
    ER_GET_CONNECTION_TIMEOUT ER_SOCKET_UNEXPECTED_CLOSE ER_SOCKET_TIMEOUT ER_CONNECTION_TIMEOUT
    ER_CMD_CONNECTION_CLOSED ER_POOL_ALREADY_CLOSED ER_OPTION_PREVENTS_STATEMENT
  `,
  // postgres.js
  postgresJs: `
    CONNECTION_CLOSED CONNECTION_ENDED CONNECTION_DESTROYED CONNECT_TIMEOUT
  `,
  // SQL Server's tedious
  sqlServer: `
    ESOCKET ETIMEOUT ECONNCLOSED ENOTOPEN ELOGIN
  `,
  // Oracle
  oracle: `
    ORA-00060 ORA-01033 ORA-01034 ORA-01089 ORA-03113 ORA-03114 ORA-03135 ORA-12170 ORA-12514 ORA-12537
    ORA-12541 ORA-12545 ORA-12547 NJS-040 NJS-500 NJS-503 NJS-510 NJS-511
  `,
  // Redis and NATS clients
  brokers: `
    CONNECTION_BROKEN NR_CLOSED UNCERTAIN_STATE CONNECTION_REFUSED CONNECTION_DRAINING
    CONNECTION_TIMEOUT DISCONNECT TIMEOUT
  `,
};

export const FAILURE_CODES: ReadonlySet<string> = new Set(wordsOf(CODES));

/**
 * SQLSTATEs, of PostgreSQL and most others: connection exceptions (08), insufficient resources (53), system errors (58),
 * the server shuts down or is not up yet (57P), a statement ran out of time (57014), serialization failures (40001) and
 * deadlocks (40P01), a lock that was not to be had (55P03), an idle session that was closed (25P03).
 */
export const SQL_STATES = /^(?:08|53|58)[0-9A-Z]{3}$|^57P0[1-5]$|^(?:57014|40001|40P01|55P03|25P03)$/;

/** SQLite's codes, with the extended ones: busy, locked, full, or not to be read or written. */
export const SQLITE_STATES = /^SQLITE_(?:BUSY|LOCKED|CANTOPEN|FULL|IOERR|PROTOCOL)(?:_|$)/;

/** Names, or classes, of errors that come of the infrastructure, by who gives them. */
const NAMES: Readonly<Record<string, string>> = {
  // `AbortSignal.timeout`, RxJS, the pool of Knex
  timeouts: 'TimeoutError KnexTimeoutError',
  prisma: 'PrismaClientInitializationError PrismaClientRustPanicError',
  // TypeORM, MikroORM
  orms: `
    ConnectionIsNotSetError CannotExecuteNotConnectedError ConnectionException DeadlockException
    LockWaitTimeoutException
  `,
  sequelize: `
    SequelizeConnectionError SequelizeConnectionRefusedError SequelizeConnectionTimedOutError
    SequelizeConnectionAcquireTimeoutError SequelizeHostNotFoundError SequelizeHostNotReachableError
    SequelizeInvalidConnectionError SequelizeAccessDeniedError SequelizeTimeoutError
  `,
  mongo: `
    MongoNetworkError MongoNetworkTimeoutError MongoServerSelectionError MongoNotConnectedError
    MongoTopologyClosedError MongoPoolClearedError MongoPoolClosedError MongoWaitQueueTimeoutError
    MongoClientClosedError MongoOperationTimeoutError PoolClearedError PoolClearedOnNetworkError
    MongooseServerSelectionError
  `,
  // ioredis, node-redis, NATS, Elasticsearch
  brokers: `
    MaxRetriesPerRequestError ClusterAllFailedError ConnectionClosedError ClientClosedError
    ClientOfflineError DisconnectsClientError SocketClosedUnexpectedlyError SocketTimeoutError
    ConnectionTimeoutError ReconnectStrategyError ConnectionError ClosedConnectionError
    DrainingConnectionError NoRespondersError NoLivingConnectionsError
  `,
  kafka: `
    KafkaJSConnectionError KafkaJSConnectionClosedError KafkaJSRequestTimeoutError
    KafkaJSNumberOfRetriesExceeded KafkaJSBrokerNotFound
  `,
};

export const FAILURE_NAMES: ReadonlySet<string> = new Set(wordsOf(NAMES));

/** Beginnings of what libraries say that give neither a code nor a name. */
export const FAILURE_MESSAGES: readonly RegExp[] = [
  // pg and its pool
  /^Connection terminated\b/,
  /^Connection ended\b/,
  /^timeout expired$/,
  /^timeout exceeded when trying to connect/,
  /^Client (?:has encountered a connection error|was closed) and is not queryable/,
  /^Cannot use a pool after calling end on the pool/,
  // mysql2, knex
  /^Can't add new command when connection is in closed state/,
  /^Knex: Timeout acquiring a connection/,
  // mongoose
  /^Operation `.+` buffering timed out/,
  // ioredis, and what a Redis server answers while it cannot serve
  /^Connection is closed\.?$/,
  /^Stream isn't writeable and enableOfflineQueue/,
  /^Command timed out$/,
  /^(?:LOADING|READONLY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS) /,
  // `fetch`, `node:net`, `node:http`
  /^fetch failed$/,
  /^socket hang up$/,
  /^Client network socket disconnected before secure TLS connection/,
];

function wordsOf(groups: Readonly<Record<string, string>>): string[] {
  return Object.values(groups).flatMap((group) => group.trim().split(/\s+/));
}
