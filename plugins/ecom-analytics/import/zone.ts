import { literal } from './sql.ts';

/** Zones as Rails names them, which Square writes. */
const namedZones = {
  'America/New_York': 'Eastern Time (US & Canada)',
  'America/Chicago': 'Central Time (US & Canada)',
  'America/Denver': 'Mountain Time (US & Canada)',
  'America/Los_Angeles': 'Pacific Time (US & Canada)',
  'America/Halifax': 'Atlantic Time (Canada)',
  'America/St_Johns': 'Newfoundland',
  'America/Phoenix': 'Arizona',
  'America/Anchorage': 'Alaska',
  'Pacific/Honolulu': 'Hawaii',
  'Asia/Tokyo': 'Tokyo',
};
const cities = {
  Europe: 'London Dublin Paris Madrid',
  Australia: 'Sydney Melbourne Brisbane Adelaide Perth Darwin Hobart',
};
/** Abbreviations of PayPal, with the hours that they are behind UTC. */
const abbreviations =
  'PST 8, PDT 7, MST 7, MDT 6, CST 6, CDT 5, EST 5, EDT 4, GMT 0, UTC 0, WET 0, BST -1, CET -1, CEST -2, EET -2, EEST -3, JST -9, AEST -10, AEDT -11';

/** SQL of a zone's IANA name, of one or of a name of a platform's own; null for another. */
export function zone(name: string): string {
  const zones = [
    ...Object.entries(namedZones).map(([id, name]) => [name, id]),
    ...Object.entries(cities).flatMap(([part, names]) =>
      names.split(' ').map((city) => [city, `${part}/${city}`]),
    ),
    ...abbreviations.split(', ').map((text) => {
      const [short = '', hours = ''] = text.split(' ');
      return [short, `Etc/GMT${hours.startsWith('-') ? hours : `+${hours}`}`];
    }),
  ];
  const cases = zones.map(([own = '', id = '']) => `WHEN ${literal(own)} THEN ${literal(id)}`);
  return `CASE trim(${name}) ${cases.join(' ')} ELSE CASE WHEN ${name} IN (SELECT name FROM pg_timezone_names()) THEN ${name} END END`;
}
