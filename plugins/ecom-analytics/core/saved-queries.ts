/** A question that a shop asks first, as SQL that DuckDB and Athena (Trino) read alike. */
export interface SavedQuery {
  /** `npm run query -- --saved NAME`; the name of the saved query in Athena. */
  readonly name: string;
  /** What it answers, for a person. */
  readonly question: string;
  readonly sql: string;
}

/**
 * Windows overlap, so an order is in several of them. Those that start on a multiple of their own length cover time
 * without overlapping, and each order counts once in their sum. The length is the rows' own: the definition may have changed
 * since they were written.
 */
const everyOrderOnce = `date_diff('second', TIMESTAMP '1970-01-01 00:00:00', window_start) % date_diff('second', window_start, window_end) = 0`;

/** Money is shown to the cent, zeros included. The files have doubles, which `round` leaves without them. */
const money = 'DECIMAL(38, 2)';

/** The questions, over the table or view `windows`. */
export const savedQueries: readonly SavedQuery[] = [
  {
    name: 'top-categories',
    question: 'Which categories bring in the most?',
    sql: `
SELECT
  category,
  CAST(sum(total_revenue) AS ${money}) AS revenue,
  round(100 * sum(total_revenue) / sum(sum(total_revenue)) OVER (), 1) AS share_percent,
  sum(order_count) AS orders,
  CAST(sum(total_revenue) / sum(order_count) AS ${money}) AS average_order
FROM windows
WHERE ${everyOrderOnce}
GROUP BY category
ORDER BY revenue DESC, category`,
  },
  {
    name: 'sales-by-day',
    question: 'How do sales develop from one day with sales to the next?',
    sql: `
SELECT
  sales_day,
  orders,
  revenue,
  CAST(revenue - lag(revenue) OVER (ORDER BY sales_day) AS ${money}) AS change_to_previous_day_with_sales
FROM (
  SELECT
    CAST(window_start AS DATE) AS sales_day,
    sum(order_count) AS orders,
    CAST(sum(total_revenue) AS ${money}) AS revenue
  FROM windows
  WHERE ${everyOrderOnce}
  GROUP BY CAST(window_start AS DATE)
) AS days
ORDER BY sales_day`,
  },
  {
    name: 'busiest-hours',
    question: 'At which hours of the day (UTC) do customers buy?',
    sql: `
SELECT
  extract(hour FROM window_start) AS hour_of_day,
  sum(order_count) AS orders,
  round(1.0 * sum(order_count) / count(DISTINCT CAST(window_start AS DATE)), 1) AS orders_a_day,
  CAST(sum(total_revenue) AS ${money}) AS revenue
FROM windows
WHERE ${everyOrderOnce}
GROUP BY extract(hour FROM window_start)
ORDER BY orders DESC, hour_of_day`,
  },
  {
    name: 'what-sells-where',
    question: 'Which category sells best in each location?',
    sql: `
SELECT location, category, revenue, orders
FROM (
  SELECT
    location,
    category,
    CAST(sum(total_revenue) AS ${money}) AS revenue,
    sum(order_count) AS orders,
    row_number() OVER (PARTITION BY location ORDER BY sum(total_revenue) DESC, category) AS place
  FROM windows
  WHERE ${everyOrderOnce}
  GROUP BY location, category
) AS ranked
WHERE place = 1
ORDER BY revenue DESC, location`,
  },
  {
    name: 'peak-windows',
    question: 'When was the shop busiest, and what did customers spend at once?',
    sql: `
SELECT
  window_start,
  sum(order_count) AS orders,
  CAST(sum(total_revenue) AS ${money}) AS revenue,
  CAST(max(max_order_value) AS ${money}) AS largest_order
FROM windows
GROUP BY window_start
ORDER BY orders DESC, revenue DESC, window_start
LIMIT 20`,
  },
].map((query) => ({ ...query, sql: query.sql.trim() }));
