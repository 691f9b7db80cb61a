package ecom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Reads a record of the orders topic: an order, a tick, or one reason why it is neither. The answer is that of
 * `OrderReader` in `plugins/ecom-analytics/core/order.ts`, reason for reason; a test compares the two over a million records.
 *
 * <p>Every name, limit, pattern and reason comes from the spec. Safe for use by many threads.
 */
final class RecordReader {
    /** Where the answer holds what is not a field of the order; the fields follow, and the cents come last. */
    static final int REASON = 0, IS_ORDER = 1, EVENT_MS = 2, FIRST_FIELD = 3;

    /** Stands for JSON that is neither text nor a number. */
    private static final Object OTHER = new Object();

    final Field[] fields;
    private final JsonFactory json = strictJson();
    private final Map<String, Integer> indexes = new HashMap<>();
    private final Map<String, String> categories, reasons;
    private final String unknownCategory;
    private final int product, category, total, time;
    private final long maxFutureMs, maxTickFutureMs;

    /** @throws IOException where the spec is not JSON */
    RecordReader(String spec) throws IOException {
        JsonNode all = new ObjectMapper().readTree(spec), order = all.required("order");
        JsonNode declared = order.required("fields"), types = order.required("types");
        fields = new Field[declared.size()];
        for (int index = 0; index < fields.length; index++) {
            JsonNode field = declared.get(index);
            fields[index] = new Field(field, types.required(field.required("type").textValue()));
            indexes.put(fields[index].name, index);
        }
        categories = texts(order.required("categories"));
        unknownCategory = order.required("unknownCategory").textValue();
        reasons = texts(order.required("reasons"));
        product = indexOf(order, "product");
        category = indexOf(order, "category");
        total = indexOf(order, "total");
        time = indexOf(order, "time");
        maxFutureMs = order.required("maxFutureMs").longValue();
        maxTickFutureMs = all.required("tick").required("maxFutureMs").longValue();
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new HashMap<>();
        object.fieldNames().forEachRemaining(name -> texts.put(name, object.get(name).textValue()));
        return texts;
    }

    private String reason(String fault) {
        return Objects.requireNonNull(reasons.get(fault), fault);
    }

    private int indexOf(JsonNode order, String role) {
        return indexes.get(order.required(role).textValue());
    }

    /** As RFC 8259 has it, without limits of Jackson's own, and without trust in the names that a record holds. */
    private static JsonFactory strictJson() {
        StreamReadConstraints.Builder limits = StreamReadConstraints.builder()
                .maxNestingDepth(Integer.MAX_VALUE)
                .maxNumberLength(Integer.MAX_VALUE)
                .maxStringLength(Integer.MAX_VALUE);
        try {
            limits.maxNameLength(Integer.MAX_VALUE);
        } catch (NoSuchMethodError older) {
            // The Jackson of Spark 3.5 has no such limit.
        }
        return JsonFactory.builder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(limits.build())
                .build();
    }

    /**
     * @param value the record's bytes, or null
     * @param tick the value of its tick header, or null where it has none
     * @param appendedMs the record's own Kafka timestamp
     */
    Object[] read(byte[] value, byte[] tick, long appendedMs) {
        Object[] answer = new Object[FIRST_FIELD + fields.length + 1];
        String reason = value == null ? readTick(tick, appendedMs, answer) : readOrder(value, appendedMs, answer);
        if (reason != null) {
            Arrays.fill(answer, null);
            answer[REASON] = reason;
        }
        answer[IS_ORDER] = value != null && reason == null;
        return answer;
    }

    private String readTick(byte[] tick, long appendedMs, Object[] answer) {
        if (tick == null) return reason("noValue");
        String text = utf8(tick);
        Long eventMs = text == null ? null : fields[time].millis(text);
        if (eventMs == null || eventMs < 0 || eventMs > appendedMs + maxTickFutureMs) return reason("tick");
        answer[EVENT_MS] = eventMs;
        return null;
    }

    private String readOrder(byte[] value, long appendedMs, Object[] answer) {
        String text = utf8(value);
        if (text == null) return reason("notUtf8");
        // A text, and not bytes: of those Jackson would guess the encoding, and pass over a byte order mark.
        try (JsonParser parser = json.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) readFields(parser, answer);
            else parser.skipChildren();
            if (first == null || parser.nextToken() != null) return reason("notJson");
            if (first != JsonToken.START_OBJECT) return reason("notAnObject");
        } catch (IOException wrong) {
            return reason("notJson");
        }
        Long eventMs = null;
        for (int index = 0; index < fields.length; index++) {
            Object found = answer[FIRST_FIELD + index];
            if (index == time && found instanceof String) eventMs = fields[time].millis((String) found);
            if (index == time ? eventMs == null : !fields[index].accepts(found)) return fields[index].reason;
        }
        if (eventMs < 0) return reason("before1970");
        if (eventMs > appendedMs + maxFutureMs) return reason("inTheFuture");
        answer[EVENT_MS] = eventMs;
        String named = (String) answer[FIRST_FIELD + category];
        if (named == null || named.isEmpty())
            answer[FIRST_FIELD + category] = categories.getOrDefault((String) answer[FIRST_FIELD + product], unknownCategory);
        answer[answer.length - 1] = fields[total].units((Double) answer[FIRST_FIELD + total]);
        return null;
    }

    /** The members of an object that are fields of an order, unchecked; of a repeated one the last. */
    private void readFields(JsonParser parser, Object[] answer) throws IOException {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_OBJECT; token = parser.nextToken()) {
            Integer index = indexes.get(parser.currentName());
            JsonToken of = parser.nextToken();
            if (index == null) parser.skipChildren();
            else answer[FIRST_FIELD + index] = fieldValue(parser, of);
        }
    }

    private static Object fieldValue(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_STRING) return parser.getText();
        if (token.isNumeric()) return Double.valueOf(parser.getText());
        parser.skipChildren();
        return token == JsonToken.VALUE_NULL ? null : OTHER;
    }

    /** The text of bytes that are UTF-8, else null. */
    private static String utf8(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0) return text;
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException wrong) {
            return null;
        }
    }
}
