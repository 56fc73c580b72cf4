/** Server settings by name. */
export type Settings = Readonly<Record<string, string>>

/** For a small box that other programs share. Each line says why it is not PostgreSQL's default. */
export const SMALL_BOX: Settings = {
  // what 2xx promises: on disk before the answer; these are the defaults, written down so that nobody's environment changes them
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // all roles in one process use three pools of at most 40 together; the rest is for people and background jobs
  max_connections: '60',
  // the hot part (outbox, log heads, indexes) fits, the rest comes from the page cache; more would starve ClickHouse in process
  shared_buffers: '128MB',
  // full-page images dominate the log after a checkpoint; pglz is the only method in these binaries
  wal_compression: 'on',
  // what must be replayed after a crash stays under about 3 s, so a restart stays under 10 s
  max_wal_size: '1GB',
  min_wal_size: '128MB',
  checkpoint_timeout: '5min',
  // one group commit of 1,000 records fits without an early write
  wal_buffers: '16MB',
  // after a crash, one call for the file system instead of one for each of a thousand files: 1.2 s less (measured); not on other systems
  ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
  // an online pg_basebackup must be possible; `minimal` would save only bulk loads that we do not have
  wal_level: 'replica',
  max_wal_senders: '2',
  // keyed state, outbox and leases are updated all the time: clean little and often instead of rarely and much
  autovacuum_naptime: '10s',
  autovacuum_vacuum_scale_factor: '0.05',
  autovacuum_analyze_scale_factor: '0.05',
  autovacuum_vacuum_cost_limit: '1000',
  // short statements only: compiling them, or splitting them over the two cores, costs more than it saves
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  // the data is in memory or on flash
  random_page_cost: '1.1',
  effective_cache_size: '1GB',
  // three I/O worker processes are not worth their memory when reads come from the page cache
  io_method: 'sync',
  // the data directory belongs to one user; so does the socket in it
  unix_socket_permissions: '0700',
  // one meaning of a timestamp everywhere
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '',
  // a waiting lock is the first sign of a design mistake
  log_lock_waits: 'on',
}
