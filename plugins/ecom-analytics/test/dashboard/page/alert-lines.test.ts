import { describe, expect, it } from 'vitest';
import { alertLines, type Ringing, withFound } from '../../../dashboard/page/alert-lines.ts';
import { alertMatches, narrowedBy } from '../../../dashboard/page/alert-search.ts';
import { aGroup, anAlert } from '../samples.ts';

const everything = narrowedBy(() => null);
const asked = (params: Record<string, string>) => narrowedBy((name) => params[name]);

describe('the list of alerts', () => {
  const groups = [aGroup(1), aGroup(2, { rule_id: 'region-hop', severity: 'critical' }), aGroup(3)];
  const storm: Ringing[] = [
    { rule: 'high-value', times: 3000, within: 'minute' },
    { rule: 'region-hop', times: 1, within: 'minute' },
  ];

  it('has the newest on top', () => {
    const ids = alertLines(groups, [], everything).map((line) =>
      line.ringing === null ? line.group.alert.order_id : line.key,
    );
    expect(ids).toEqual(['order-3', 'order-2', 'order-1']);
  });

  it('sums up a rule that rings too often, and leaves the others', () => {
    const lines = alertLines(groups, storm, everything);
    expect(lines).toEqual([
      { key: 'high-value', group: groups[2], ringing: storm[0] },
      { key: '["region-hop","CUST_2"]', group: groups[1], ringing: null },
    ]);
  });

  it('of a run that is over sums up a rule that would leave others no room, however fast it rang', () => {
    const ofRun: Ringing[] = [
      { rule: 'high-value', times: 30_000, within: 'run' },
      { rule: 'region-hop', times: 1, within: 'run' },
    ];
    expect(alertLines(groups, ofRun, everything).map(({ ringing }) => ringing)).toEqual([null, null, null]);
    const many = [
      aGroup(0, { rule_id: 'region-hop' }),
      ...Array.from({ length: 60 }, (_, n) => aGroup(n + 1)),
    ];
    expect(alertLines(many, ofRun, everything).map(({ key }) => key)).toEqual([
      'high-value',
      '["region-hop","CUST_0"]',
    ]);
  });

  it.each([{ rule: 'high-value' }, { customer: 'CUST_3' }, { q: 'order-3' }])(
    'goes line by line for what was asked: %j',
    (params) => {
      const lines = alertLines(groups, storm, asked(params));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter(({ ringing }) => ringing !== null)).toEqual([]);
    },
  );

  it('is bounded', () => {
    const many = Array.from({ length: 500 }, (_, n) => aGroup(n));
    expect(alertLines(many, [], everything)).toHaveLength(60);
  });

  it("takes from the run's file what it does not know", () => {
    const known = [aGroup(5, {}, { count: 7 })];
    const both = withFound(known, [aGroup(4), aGroup(5)]);
    expect(both.map(({ alert, count }) => [alert.order_id, count])).toEqual([
      ['order-4', 1],
      ['order-5', 7],
    ]);
  });
});

describe('an alert matches', () => {
  const alert = anAlert(7, { region: 'EU-West', customer_id: 'CUST_7' });

  it.each([
    [{}, true],
    [{ severity: 'high', rule: 'high-value', customer: 'CUST_7' }, true],
    [{ severity: 'low' }, false],
    [{ rule: 'high' }, false],
    [{ customer: 'CUST' }, false],
    [{ q: 'eu-west ORDER-7' }, true],
    [{ q: 'eu-west order-8' }, false],
    [{ q: '1299.95' }, true],
    [{ q: '  ' }, true],
  ])('%j: %s', (params: Record<string, string>, matches) => {
    expect(alertMatches(alert, asked(params))).toBe(matches);
  });
});
