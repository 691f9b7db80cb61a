/** The part of parquetjs-lite that is used here; the package brings no types. */
declare module 'parquetjs-lite' {
  interface ParquetField {
    readonly type: 'TIMESTAMP_MILLIS' | 'UTF8' | 'INT64' | 'DOUBLE';
    /** Minimum and maximum per page; on by default. */
    readonly statistics?: boolean;
  }

  export class ParquetSchema {
    constructor(fields: Readonly<Record<string, ParquetField>>);
  }

  /** Where the bytes of a file go. */
  interface ByteSink {
    write(bytes: Buffer, done: (error?: Error | null) => void): void;
    end(done: (error?: Error | null) => void): void;
  }

  export class ParquetWriter {
    static openStream(schema: ParquetSchema, sink: ByteSink): Promise<ParquetWriter>;
    appendRow(row: Readonly<Record<string, unknown>>): Promise<void>;
    close(): Promise<void>;
  }

  const parquet: { ParquetSchema: typeof ParquetSchema; ParquetWriter: typeof ParquetWriter };
  export default parquet;
}
