import type { Catalog } from './catalog-types.ts';
import { currencyDecimals } from './money.ts';
import { fieldTypes, shopFieldProblem } from './order.ts';
import type { PipelineDefinition } from './pipeline.ts';
import type { Rule } from './rule.ts';
import { topicProblem } from './topic.ts';

function currencyProblem(code: string): string | null {
  const decimals = currencyDecimals(code);
  if (decimals === undefined)
    return `currency: "${code}" is not an ISO 4217 code, which is three capital letters`;
  return decimals > 2
    ? `currency: ${code} has ${decimals} decimals, and the pipeline counts in hundredths`
    : null;
}

/** A name that nothing fills in would reach the reader of an alert as it stands. */
function reasonProblem(rule: Rule): string | null {
  const names = ['value', 'limit', 'currency', 'customer_id', ...('windows' in rule ? [] : ['order_id'])];
  const [unknown] = [...String(rule.reason).matchAll(/\{(\w+)\}/g)].filter(
    ([, name = '']) => !names.includes(name),
  );
  return unknown === undefined
    ? null
    : `rule ${rule.id}, reason: ${unknown[0]} is not one of ${names.map((name) => `{${name}}`).join(', ')}`;
}

function ruleProblem(rules: readonly Rule[]): string | null {
  const ids = rules.map(({ id }) => id);
  const repeated = ids.find((id, place) => ids.indexOf(id) !== place);
  return repeated === undefined
    ? (rules.map(reasonProblem).find((problem) => problem !== null) ?? null)
    : `rule ${repeated}: two rules have this id`;
}

/** Simulated orders are made of it, and must not be bad records. */
function catalogProblem({ products, regions }: Catalog): string | null {
  const { id, text, amount } = fieldTypes;
  const positive = (weights: readonly { readonly weight: number }[]): boolean =>
    weights.every(({ weight }) => weight >= 0) && weights.some(({ weight }) => weight > 0);
  for (const { product_id, product_name, category, price } of products) {
    const wrong =
      (!id.check(product_id) && `product_id ${id.wrong}`) ||
      (!text.check(product_name) && `product_name ${text.wrong}`) ||
      (!text.check(category) && `category ${text.wrong}`) ||
      (!amount.check(price) && `price ${amount.wrong}`);
    if (wrong) return `product ${product_id}: ${wrong}`;
  }
  const nameless = regions.find(({ name }) => !text.check(name));
  if (nameless !== undefined) return `regions: "${nameless.name}" ${text.wrong}`;
  if (!positive(products)) return 'products: at least one needs a weight above 0, and none may be below';
  return positive(regions) ? null : 'regions: at least one needs a weight above 0, and none may be below';
}

/** What is wrong with a definition beyond the form that the spec has; null where nothing is. */
export function definitionProblem(definition: PipelineDefinition): string | null {
  return (
    currencyProblem(definition.currency) ??
    topicProblem(definition.topics) ??
    ruleProblem(definition.rules) ??
    catalogProblem(definition.catalog) ??
    shopFieldProblem(definition.orderFields)
  );
}
