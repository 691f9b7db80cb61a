import { addressHash } from './address.ts';
import { severityMark, timesMark } from './alert-line.ts';
import { byId, element, foreign } from './element.ts';
import type { RunModel } from './model.ts';

/** As many as are read at a glance. */
const maxItems = 8;

/** The newest alerts in a few words each, beside the figures; each leads to the alert itself. */
export class NewestPanel {
  readonly #model: RunModel;
  #drawnVersion = -1;

  constructor(model: RunModel) {
    this.#model = model;
  }

  render(): void {
    const list = byId('newest-list');
    const { alerts, alertsVersion } = this.#model;
    // A line that the pointer or the keyboard is on must not move away.
    if (alertsVersion === this.#drawnVersion || list.matches(':hover, :focus-within')) return;
    this.#drawnVersion = alertsVersion;
    const newest = alerts.slice(-maxItems).reverse();
    list.replaceChildren(
      ...newest.map(({ alert, count: times }) =>
        element(
          'li',
          {},
          element(
            'a',
            { href: addressHash({ view: 'alerts', params: { alert: alert.alert_id } }) },
            severityMark(alert.severity),
            ...(times > 1 ? [timesMark(times)] : []),
            element('span', { class: 'reason' }, foreign(alert.reason)),
          ),
        ),
      ),
    );
    byId('newest-empty').hidden = newest.length > 0;
  }
}
