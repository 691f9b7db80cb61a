package ecom;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A field of the order: what it may hold, and the reason a record gets that holds something else. */
final class Field {
    final String name, reason, json;
    private final boolean isOptional;
    /** Of a number its range, of a text its length. */
    private final double min, max;
    private final double scale;
    private final Pattern pattern;

    /** @param form what the field's type may hold */
    Field(JsonNode field, JsonNode form) {
        name = field.required("name").textValue();
        reason = field.required("reason").textValue();
        json = form.required("json").textValue();
        isOptional = form.path("optional").asBoolean();
        min = form.path("min").asDouble(Double.NEGATIVE_INFINITY);
        max = form.path("max").asDouble(Double.POSITIVE_INFINITY);
        scale = Math.pow(10, form.path("decimals").asInt());
        pattern = Pattern.compile(form.path("pattern").asText());
    }

    boolean is(String kind) {
        return json.equals(kind);
    }

    /** Whether the field may hold a value: a String, a Double, null where it is missing, or any other object. */
    boolean accepts(Object value) {
        if (value == null) return isOptional;
        if (is("number")) return value instanceof Double && isNumber((Double) value);
        return value instanceof String && (is("text") ? isText((String) value) : millis((String) value) != null);
    }

    private boolean isNumber(double number) {
        return number >= min && number <= max && units(number) / scale == number;
    }

    /** A number in units of its last decimal, such as cents. */
    long units(double number) {
        return Math.round(number * scale);
    }

    /** Whether a text has a length that it may have, and no surrogate without its other half, which UTF-8 cannot carry. */
    private boolean isText(String text) {
        int length = text.length(), pairs = 0;
        for (int at = 0; at < length; at++) {
            if (!Character.isSurrogate(text.charAt(at))) continue;
            if (!Character.isSupplementaryCodePoint(text.codePointAt(at++))) return false;
            pairs++;
        }
        return length - pairs >= min && length - pairs <= max;
    }

    /**
     * Epoch milliseconds of a time, cut and not rounded, null where the text is none. Of the pattern's groups 1 to 6 are date
     * and time, 7 the fraction, 9 to 11 sign, hours and minutes of the zone.
     */
    Long millis(String text) {
        Matcher found = pattern.matcher(text);
        if (!found.matches()) return null;
        int[] parts = new int[12];
        for (int group = 1; group <= 11; group++) {
            boolean isCount = group <= 6 || group >= 10 && found.start(group) >= 0;
            if (isCount) parts[group] = Integer.parseInt(text, found.start(group), found.end(group), 10);
        }
        if (parts[10] > 23 || parts[11] > 59) return null;
        int zoneMinutes = (parts[10] * 60 + parts[11]) * ("-".equals(found.group(9)) ? -1 : 1);
        try {
            LocalDateTime local = LocalDateTime.of(parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]);
            long seconds = local.toEpochSecond(ZoneOffset.UTC) - zoneMinutes * 60L;
            return seconds * 1000 + (found.start(7) < 0 ? 0 : millisOf(text, found.start(7), found.end(7)));
        } catch (DateTimeException doesNotExist) {
            return null;
        }
    }

    private static int millisOf(String text, int from, int to) {
        int millis = 0;
        for (int at = from, weight = 100; at < to && weight > 0; at++, weight /= 10)
            millis += (text.charAt(at) - '0') * weight;
        return millis;
    }
}
