import { describe, expect, it } from '@jest/globals';
import { nestCls, sqlDatabase } from '@catga/sql';
import { RecordingLibrary, recordingAdapter } from '../database/recording-adapter.fixture.js';

/** A `TransactionHost` whose adapter is not wrapped: nothing tells the database of its transactions. */
const unobserved = { withTransaction: (_: never, work: () => Promise<unknown>) => work() };

describe('The adapter of @nestjs-cls/transactional', () => {
  const library = new RecordingLibrary();

  it('says that the plugin needs the wrapped adapter', async () => {
    const database = nestCls(sqlDatabase(recordingAdapter, library), unobserved as never);
    await expect(database.run(async () => {})).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringContaining('database.wrap(adapter)'),
    });
  });

  it('says that the plugin is missing', () => {
    const database = nestCls(sqlDatabase(recordingAdapter, library), 'host');
    expect(() => database.open(() => ({}))).toThrow(/no TransactionHost/);
  });

  it('needs the database of an adapter', () => {
    const other = { ...sqlDatabase(recordingAdapter, library) };
    expect(() => nestCls(other as never, 'host')).toThrow(/typeOrm\(DataSource\)/);
  });
});
