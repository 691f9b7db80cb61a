import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * What Flink SQL makes of the orders topic.
 *
 * <p>`throughput SERVERS ROUNDS PARALLELISM` reads the whole topic again and again and prints one JSON object: milliseconds of each round
 * by query, the start of Flink's job included. The queries take turns, after a round to warm up.
 *
 * <p>`alerts SERVERS` sends an alert for every order over 1,000 USD until it is killed, at parallelism 2.
 */
public final class FlinkSql {
    private static final String FIELDS =
            """
            order_id STRING, customer_id STRING, product_id STRING, product_name STRING, category STRING, quantity INT,
            price DECIMAL(18, 2), total_amount DECIMAL(18, 2), `timestamp` TIMESTAMP_LTZ(3), region STRING
            """;

    private static final String ORDERS =
            """
            CREATE TABLE orders (%s, arrived AS PROCTIME(),
              WATERMARK FOR `timestamp` AS `timestamp` - INTERVAL '30' SECOND
            ) WITH (
              'connector' = 'kafka', 'topic' = 'ecommerce-orders', 'properties.bootstrap.servers' = '%s', %s,
              'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601', 'json.ignore-parse-errors' = 'true')
            """;

    private static final String WINDOW_ROWS =
            """
            CREATE TABLE window_rows (
              window_start TIMESTAMP(3), window_end TIMESTAMP(3), category STRING, location STRING, order_count BIGINT,
              total_revenue DECIMAL(38, 2), avg_order_value DECIMAL(38, 6), unique_customers BIGINT,
              max_order_value DECIMAL(18, 2), min_order_value DECIMAL(18, 2)
            ) WITH ('connector' = 'blackhole')
            """;

    private static final String WINDOWS =
            """
            INSERT INTO window_rows
            SELECT window_start, window_end, category, region, COUNT(*), SUM(total_amount), AVG(total_amount),
              COUNT(DISTINCT customer_id), MAX(total_amount), MIN(total_amount)
            FROM TABLE(HOP(TABLE %s, DESCRIPTOR(`timestamp`), INTERVAL '30' SECOND, INTERVAL '1' MINUTE))
            GROUP BY window_start, window_end, category, region
            """;

    /** The first that comes of an id, for as long as ours remembers one. */
    private static final String ORDERS_ONCE =
            """
            CREATE TEMPORARY VIEW orders_once AS
            SELECT customer_id, category, total_amount, `timestamp`, region FROM (
              SELECT *, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY arrived) AS nth FROM orders
            ) WHERE nth = 1
            """;

    private static final String ALERTS =
            """
            CREATE TABLE alerts (alert_id STRING, order_id STRING, total_amount DECIMAL(18, 2)) WITH (
              'connector' = 'kafka', 'topic' = 'ecommerce-alerts', 'properties.bootstrap.servers' = '%s', 'format' = 'json')
            """;

    private static TableEnvironment environment(String servers, String range, String parallelism) {
        TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        tables.getConfig().set("parallelism.default", parallelism);
        tables.getConfig().set("table.local-time-zone", "UTC");
        tables.getConfig().set("table.exec.state.ttl", "10 min");
        tables.executeSql(ORDERS.formatted(FIELDS, servers, range));
        return tables;
    }

    private static void throughput(String servers, int rounds, String parallelism) throws Exception {
        String whole = "'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'";
        TableEnvironment tables = environment(servers, whole, parallelism);
        tables.executeSql(WINDOW_ROWS);
        tables.executeSql("CREATE TABLE read_orders (%s) WITH ('connector' = 'blackhole')".formatted(FIELDS));
        tables.executeSql(ORDERS_ONCE);
        String columns = FIELDS.replaceAll("(?<=\\w`?) [A-Z_]+(\\([0-9, ]+\\))?", "");
        Map<String, String> queries = new LinkedHashMap<>();
        queries.put("reading", "INSERT INTO read_orders SELECT %s FROM orders".formatted(columns));
        queries.put("without deduplication", WINDOWS.formatted("orders"));
        queries.put("with deduplication", WINDOWS.formatted("orders_once"));
        Map<String, List<Long>> found = new LinkedHashMap<>();
        for (int turn = 0; turn <= rounds; turn++) {
            for (String name : queries.keySet()) {
                long started = System.nanoTime();
                tables.executeSql(queries.get(name)).await();
                long elapsed = (System.nanoTime() - started) / 1_000_000;
                if (turn > 0) found.computeIfAbsent('"' + name + '"', any -> new ArrayList<>()).add(elapsed);
            }
        }
        System.out.println(found.toString().replace('=', ':'));
    }

    private static void alerts(String servers) throws Exception {
        TableEnvironment tables = environment(servers, "'scan.startup.mode' = 'latest-offset'", "2");
        tables.executeSql(ALERTS.formatted(servers));
        tables.executeSql(
                        "INSERT INTO alerts SELECT 'high-value:' || order_id, order_id, total_amount "
                                + "FROM orders WHERE total_amount > 1000")
                .await();
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("throughput")) throughput(arguments[1], Integer.parseInt(arguments[2]), arguments[3]);
        else alerts(arguments[1]);
    }
}
