/** An IAM action that somebody used. */
export interface Use {
  /** A function's name, or `job`. */
  readonly principal: string;
  readonly action: string;
  /** ARN, or `*` where AWS knows none. */
  readonly resource: string;
  /** Of a list of a bucket's objects: `s3:prefix`. */
  readonly prefix?: string;
}
