import { savedQueries } from '../../core/saved-queries.ts';
import { analyticsFolder, type ColumnType, windowColumns } from '../../core/window.ts';
import { type Fragment, join, type Resource, ref, type Value } from './fragment.ts';
import { folders, type StageInput, stageBuckets, stem } from './stage-input.ts';

const glueTypes: Readonly<Record<ColumnType, string>> = {
  'timestamp-millis': 'timestamp',
  string: 'string',
  int64: 'bigint',
  double: 'double',
};

/** `best-category` → `BestCategory`. */
const pascal = (name: string): string =>
  name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

const databaseName = (input: StageInput): string =>
  `${stem(input)}`.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');

/**
 * The windows as a table. Partitions are projected from the folder names, so that a new hour needs no crawler.
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
function windowsTable(input: StageInput): Resource {
  const bucket = stageBuckets(input.config).data.name;
  const folder = (rest: string): Value => join('', ['s3://', bucket, `/${analyticsFolder}/${rest}`]);
  return {
    Type: 'AWS::Glue::Table',
    Properties: {
      CatalogId: ref('AWS::AccountId'),
      DatabaseName: ref('EcomDatabase'),
      TableInput: {
        Name: 'windows',
        Description: 'One row a window, category and location',
        TableType: 'EXTERNAL_TABLE',
        PartitionKeys: [
          { Name: 'date', Type: 'string' },
          { Name: 'hour', Type: 'string' },
        ],
        Parameters: {
          classification: 'parquet',
          'projection.enabled': 'true',
          'projection.date.type': 'date',
          'projection.date.format': 'yyyy-MM-dd',
          'projection.date.range': '2020-01-01,NOW+1DAYS',
          'projection.hour.type': 'integer',
          'projection.hour.range': '0,23',
          'projection.hour.digits': '2',
          'storage.location.template': folder('date=${date}/hour=${hour}/'),
        },
        StorageDescriptor: {
          Columns: Object.entries(windowColumns).map(([Name, type]) => ({ Name, Type: glueTypes[type] })),
          Location: folder(''),
          InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
          SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
      },
    },
  };
}

/** The windows for Athena: a table, a workgroup with a place for results, and five saved queries. */
export function athenaFragment(input: StageInput): Fragment {
  if (!input.config.athena) return { Resources: {} };
  const results = stageBuckets(input.config).artifacts.name;
  const saved = savedQueries.map(({ name, question, sql }): [string, Resource] => [
    `EcomQuery${pascal(name)}`,
    {
      Type: 'AWS::Athena::NamedQuery',
      Properties: {
        Name: `${stem(input)} ${name}`,
        Description: question,
        Database: databaseName(input),
        WorkGroup: ref('EcomWorkGroup'),
        QueryString: sql,
      },
    },
  ]);
  return {
    Resources: {
      EcomDatabase: {
        Type: 'AWS::Glue::Database',
        Properties: { CatalogId: ref('AWS::AccountId'), DatabaseInput: { Name: databaseName(input) } },
      },
      EcomWindowsTable: windowsTable(input),
      EcomWorkGroup: {
        Type: 'AWS::Athena::WorkGroup',
        Properties: {
          Name: stem(input),
          RecursiveDeleteOption: true,
          WorkGroupConfiguration: {
            EnforceWorkGroupConfiguration: true,
            ResultConfiguration: {
              OutputLocation: join('', ['s3://', results, `/${folders.athena}`]),
              EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
            },
          },
        },
      },
      ...Object.fromEntries(saved),
    },
    Outputs: {
      EcomAthenaTable: { Description: 'The windows, for Athena', Value: `${databaseName(input)}.windows` },
    },
  };
}
