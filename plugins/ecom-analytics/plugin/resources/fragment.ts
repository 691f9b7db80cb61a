/** A value in a CloudFormation template. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** A resource as CloudFormation has it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: { readonly [name: string]: Value };
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: 'Delete' | 'Retain';
  readonly UpdateReplacePolicy?: 'Delete' | 'Retain';
}

export interface Output {
  readonly Description: string;
  readonly Value: Value;
}

/** A part of a template: what one service contributes to a stage. */
export interface Fragment {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, Output>>;
}

export const ref = (logicalId: string): Value => ({ Ref: logicalId });
export const att = (logicalId: string, attribute: string): Value => ({
  'Fn::GetAtt': [logicalId, attribute],
});
/** Text with `${LogicalId}` and `${AWS::Region}` in it. */
export const sub = (text: string): Value => ({ 'Fn::Sub': text });
export const join = (separator: string, parts: readonly Value[]): Value => ({
  'Fn::Join': [separator, parts],
});

/** An object without its undefined values, which JSON does not know. */
export function defined(properties: { readonly [key: string]: Value | undefined }): Record<string, Value> {
  const entries: Record<string, Value> = {};
  for (const [key, value] of Object.entries(properties)) if (value !== undefined) entries[key] = value;
  return entries;
}

/** All fragments as one. Each logical id is one fragment's own. */
export function merged(fragments: readonly Fragment[]): Required<Fragment> {
  return {
    Resources: Object.assign({}, ...fragments.map(({ Resources }) => Resources)),
    Outputs: Object.assign({}, ...fragments.map(({ Outputs }) => Outputs ?? {})),
  };
}

/** One statement of a policy. */
export interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly Value[];
  readonly Condition?: { readonly [operator: string]: Value };
}

/** A policy that allows what its statements say. */
export function policyDocument(statements: readonly Statement[]): Value {
  return {
    Version: '2012-10-17',
    Statement: statements.map(({ Sid, Action, Resource, Condition }) =>
      defined({ Sid, Effect: 'Allow', Action, Resource, Condition }),
    ),
  };
}

/** Who may take a role: a service, for this account only. */
export function trustPolicy(service: string): Value {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  };
}
