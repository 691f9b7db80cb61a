import * as v from 'valibot';
import type { Policy } from '../../../plugins/ecom-analytics/plugin/policy/policy.ts';
import type { Use } from './use.ts';

/** What the policies of a deployed stage allow, by who may do it. */

const list = v.pipe(
  v.union([v.array(v.unknown()), v.unknown()]),
  v.transform((given) => (Array.isArray(given) ? given : [given])),
);
const StatementSchema = v.object({
  Effect: v.literal('Allow'),
  Action: list,
  Resource: list,
  Condition: v.optional(v.record(v.string(), v.record(v.string(), list))),
});
const DocumentSchema = v.object({ Statement: v.array(StatementSchema) });
const ResourceSchema = v.object({
  Type: v.string(),
  Properties: v.optional(v.record(v.string(), v.unknown()), {}),
});
const TemplateSchema = v.object({ Resources: v.record(v.string(), ResourceSchema) });

/** One action on one resource, or on what a pattern says. */
export interface Grant {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** Patterns of `s3:prefix`; null where any is allowed. */
  readonly prefixes: readonly string[] | null;
}

/** The conditions that are looked at; these say nothing about what can be recorded. */
const otherConditions = new Set(['cloudwatch:namespace', 'aws:SecureTransport']);

export interface Stack {
  /** As CloudFormation was given it. */
  readonly template: unknown;
  /** Physical ids by logical ones. */
  readonly physicalIds: ReadonlyMap<string, string>;
  readonly region: string;
  readonly account: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Makes values of a template the text that CloudFormation makes of them. */
class Values {
  readonly #stack: Stack;
  readonly #types: ReadonlyMap<string, string>;

  constructor(stack: Stack, types: ReadonlyMap<string, string>) {
    this.#stack = stack;
    this.#types = types;
  }

  text(value: unknown): string {
    if (typeof value === 'string') return value;
    if (isObject(value)) {
      const [[name, argument] = []] = Object.entries(value);
      if (name === 'Ref' && typeof argument === 'string') return this.#ref(argument);
      if (name === 'Fn::GetAtt') {
        const [id = '', attribute = ''] = Array.isArray(argument)
          ? argument.map(String)
          : String(argument).split('.');
        return this.#attribute(id, attribute);
      }
      if (name === 'Fn::Sub') return this.#substituted(argument);
      if (name === 'Fn::Join' && Array.isArray(argument)) {
        const [separator, parts] = argument;
        const texts = Array.isArray(parts) ? parts.map((part) => this.text(part)) : [];
        return texts.join(String(separator));
      }
    }
    throw new Error(`What is this in a policy? ${JSON.stringify(value)}`);
  }

  #ref(id: string): string {
    const { region, account } = this.#stack;
    const pseudo: Record<string, string> = {
      'AWS::Region': region,
      'AWS::AccountId': account,
      'AWS::Partition': 'aws',
    };
    const found = pseudo[id] ?? this.#stack.physicalIds.get(id);
    if (found === undefined) throw new Error(`The stack has no ${id}`);
    return found;
  }

  #attribute(id: string, attribute: string): string {
    const name = this.#ref(id);
    const { region, account } = this.#stack;
    const type = this.#types.get(id) ?? '';
    if (attribute !== 'Arn' || name.startsWith('arn:')) return name;
    const arns: Record<string, string> = {
      'AWS::S3::Bucket': `arn:aws:s3:::${name}`,
      'AWS::DynamoDB::Table': `arn:aws:dynamodb:${region}:${account}:table/${name}`,
      'AWS::Logs::LogGroup': `arn:aws:logs:${region}:${account}:log-group:${name}:*`,
      'AWS::Lambda::Function': `arn:aws:lambda:${region}:${account}:function:${name}`,
      'AWS::IAM::Role': `arn:aws:iam::${account}:role/${name}`,
    };
    const arn = arns[type];
    if (arn === undefined) throw new Error(`What is the ARN of ${id}, ${type}?`);
    return arn;
  }

  #substituted(argument: unknown): string {
    const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
    return String(text).replace(/\$\{([^}!]+)\}/g, (_, name: string) => {
      if (isObject(own) && name in own) return this.text(own[name]);
      const [id = '', attribute] = name.split('.');
      return attribute === undefined ? this.#ref(id) : this.#attribute(id, attribute);
    });
  }
}

/** @param principals who acts under which role, by the role's logical id or its name */
export function grantsOf(stack: Stack, principals: ReadonlyMap<string, string>): Grant[] {
  const { Resources } = v.parse(TemplateSchema, stack.template);
  const values = new Values(stack, new Map(Object.entries(Resources).map(([id, { Type }]) => [id, Type])));
  const roleOf = (value: unknown): string =>
    typeof value === 'string' ? value : isObject(value) && typeof value.Ref === 'string' ? value.Ref : '';
  const documents: { role: string; document: unknown }[] = [];
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type === 'AWS::IAM::Role' && Array.isArray(Properties.Policies))
      for (const policy of Properties.Policies)
        if (isObject(policy)) documents.push({ role: id, document: policy.PolicyDocument });
    if (Type === 'AWS::IAM::Policy' && Array.isArray(Properties.Roles))
      for (const role of Properties.Roles)
        documents.push({ role: roleOf(role), document: Properties.PolicyDocument });
  }
  return documents.flatMap(({ role, document }) => {
    const principal = principals.get(role);
    if (principal === undefined) throw new Error(`Who acts as ${role}?`);
    return v.parse(DocumentSchema, document).Statement.flatMap(({ Action, Resource, Condition = {} }) => {
      let prefixes: string[] | null = null;
      for (const keys of Object.values(Condition))
        for (const [key, patterns] of Object.entries(keys)) {
          if (key === 's3:prefix') prefixes = patterns.map((pattern) => values.text(pattern));
          else if (!otherConditions.has(key)) throw new Error(`What does the condition ${key} ask for?`);
        }
      return Action.flatMap((action) =>
        Resource.map((resource) => ({
          principal,
          action: values.text(action),
          resource: values.text(resource),
          prefixes,
        })),
      );
    });
  });
}

/** What policies allow that are printed rather than deployed. */
export function policyGrants(principal: string, policies: Readonly<Record<string, Policy>>): Grant[] {
  return Object.values(policies).flatMap(({ Statement }) =>
    Statement.flatMap(({ Action, Resource }) =>
      Action.flatMap((action) =>
        Resource.map((resource) => ({ principal, action, resource, prefixes: null })),
      ),
    ),
  );
}

/** `*` and `?` as policies have them. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}

export function allows(grant: Grant, use: Use): boolean {
  return (
    grant.principal === use.principal &&
    matches(grant.action, use.action) &&
    matches(grant.resource, use.resource) &&
    (grant.prefixes === null ||
      use.prefix === undefined ||
      grant.prefixes.some((pattern) => matches(pattern, use.prefix ?? '')))
  );
}
