package ecom;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF3;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/** {@link RecordReader} as a function of Spark: value, tick header and append time of a record to one struct. */
public final class ReadRecord implements UDF3<byte[], byte[], Long, Row> {
    private static final long serialVersionUID = 1;

    /** One reader a spec: every task has a copy of this function, and a batch is over in less time than they take to make. */
    private static final Map<String, RecordReader> READERS = new ConcurrentHashMap<>();

    private final String spec;
    private transient RecordReader reader;

    private ReadRecord(String spec) {
        this.spec = spec;
    }

    /**
     * The function. It is not deterministic, so that Spark computes it once: else it would put the call in the place of each
     * use of its answer, and read a record many times.
     *
     * @param spec the pipeline's spec as JSON
     */
    public static UserDefinedFunction of(String spec) throws IOException {
        ReadRecord read = new ReadRecord(spec);
        return functions.udf(read, read.schema()).asNondeterministic();
    }

    private RecordReader reader() throws IOException {
        if (reader == null) reader = READERS.get(spec);
        if (reader == null) READERS.put(spec, reader = new RecordReader(spec));
        return reader;
    }

    @Override
    public Row call(byte[] value, byte[] tick, Long appendedMs) throws IOException {
        return RowFactory.create(reader().read(value, tick, appendedMs));
    }

    /** What it answers: `reason`, `is_order`, `event_ms`, the order's fields, and its total as `cents`. */
    private StructType schema() throws IOException {
        StringBuilder columns = new StringBuilder("reason STRING, is_order BOOLEAN, event_ms BIGINT");
        for (Field field : reader().fields)
            columns.append(", `").append(field.name).append(field.is("number") ? "` DOUBLE" : "` STRING");
        return StructType.fromDDL(columns.append(", cents BIGINT").toString());
    }
}
