/** Where a region's console is. Source: the partitions of AWS SDKs (`partitions.json`), and each partition's own guide. */
export function consoleAddress(region: string): string {
  if (region.startsWith('us-gov-')) return 'https://console.amazonaws-us-gov.com';
  if (region.startsWith('cn-')) return 'https://console.amazonaws.cn';
  return `https://${region}.console.aws.amazon.com`;
}

/** The partition of a region, as it stands in ARNs. Source: as above. */
export function awsPartitionOf(region: string): string {
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return region.startsWith('cn-') ? 'aws-cn' : 'aws';
}
