import { describe, expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { withoutRules, withTopicPrefix } from '../../pipeline/pipeline.ts';
import { kit } from './kit.ts';

describe('a pipeline without some of its rules', () => {
  it('keeps all others, in their order', () => {
    const [first, second, ...others] = kit.rules;
    expect(withoutRules(kit, [second?.id ?? ''])).toEqual({ ...kit, rules: [first, ...others] });
  });
});

describe('a prefix of topics', () => {
  it('comes before the name of each, and changes nothing else', () => {
    const { topics, ...rest } = withTopicPrefix(pipeline, 'shop1-');
    const { topics: plain, ...same } = pipeline;
    expect(rest).toEqual(same);
    expect(Object.keys(topics)).toEqual(Object.keys(plain));
    for (const [role, topic] of Object.entries(plain))
      expect(topics[role]).toEqual({ ...topic, name: `shop1-${topic.name}` });
  });
});
