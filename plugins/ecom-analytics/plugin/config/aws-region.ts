import { nearest } from '../../core/nearest.ts';

/** Names of AWS regions, as they are typed in a flag, a question and `stages.yml`. */

/** Source: the regions of osls's schema and of the AWS SDK's `partitions.json`; a test holds this list against both. */
export const awsRegions: readonly string[] = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'us-gov-east-1', 'us-gov-west-1'],
  ...['ca-central-1', 'ca-west-1', 'mx-central-1', 'sa-east-1', 'sa-west-1'],
  ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2'],
  ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'eusc-de-east-1'],
  ...['af-south-1', 'il-central-1', 'me-central-1', 'me-south-1', 'me-west-1'],
  ...[
    'ap-east-1',
    'ap-east-2',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
  ],
  ...['ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5'],
  ...['ap-southeast-6', 'ap-southeast-7', 'cn-north-1', 'cn-northwest-1'],
  ...['us-iso-east-1', 'us-iso-west-1', 'us-isob-east-1', 'us-isob-west-1'],
  ...['us-isof-east-1', 'us-isof-south-1', 'eu-isoe-west-1'],
];

/**
 * What every region is called: an area, in some partitions one more word, a part of the compass and a digit. The SDK's own
 * patterns of partitions take any word for the compass, and so most slips of the pen.
 */
export const awsRegionShape =
  /^[a-z]{2,4}(-[a-z]+)?-(north|south|east|west|central|northeast|northwest|southeast|southwest)-[1-9]$/;

const meant = (region: string, otherwise: string): string => {
  const near = nearest(region, awsRegions);
  return near === undefined ? otherwise : `the nearest is ${near}`;
};

/**
 * Why no region can have this name; undefined of one that is known or may be new. AWS opens regions more often than a shop
 * updates this list, so only what does not even look like a region is an error.
 */
export function regionProblem(region: string): string | undefined {
  if (awsRegions.includes(region) || awsRegionShape.test(region)) return undefined;
  return `there is no such AWS region; ${meant(region, 'they are named like eu-west-1')}`;
}

/** What to say of a region that looks like one and is not known; undefined of any other. */
export function regionDoubt(region: string): string | undefined {
  if (awsRegions.includes(region) || !awsRegionShape.test(region)) return undefined;
  return `This version does not know the AWS region ${region}: ${meant(region, 'check its name')}. If the region is new, ignore this warning.`;
}
