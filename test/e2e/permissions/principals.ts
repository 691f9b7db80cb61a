/** Who acts under which role of the stack: functions by their name in serverless.yml, and the job. */
export const rolePrincipals: ReadonlyMap<string, string> = new Map([
  ['ProducerRole', 'producer'],
  ['TestConsumerRole', 'testConsumer'],
  ['AlertConsumerRole', 'alertConsumer'],
  ['EcomBrokersRole', 'ecomBrokers'],
  ['EcomWatchRole', 'ecomWatch'],
  ['EcomReplayRole', 'ecomReplay'],
  ['EMR_EC2_DefaultRole', 'job'],
]);

/** What a role must have although nothing here uses it, and who does use it. */
const elsewhere: readonly { readonly who: RegExp; readonly what: RegExp; readonly why: string }[] = [
  { who: /./, what: /^logs:/, why: "Lambda writes a function's log" },
  { who: /./, what: /^ec2:/, why: 'Lambda places a function, or its poller, in the VPC' },
  {
    who: /^alertConsumer$/,
    what: /^kafka:|^s3:(PutObject|ListBucket)$/,
    why: "Lambda's poller finds the brokers, and keeps batches that fail",
  },
  {
    who: /^job$/,
    what: /^kafka-cluster:(Alter|Describe)Group$/,
    why: 'Spark names groups, and joins them where offsets are fetched the old way',
  },
];

export const isNeededElsewhere = (principal: string, action: string): boolean =>
  elsewhere.some(({ who, what }) => who.test(principal) && what.test(action));
