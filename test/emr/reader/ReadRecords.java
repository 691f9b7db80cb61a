package ecom;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * For tests: `ReadRecords SPEC.json` reads records from stdin and answers each with a line of JSON, as the reader has it.
 * A record is true, its append time, its value and its tick header; the two with their length before them, -1 for none.
 * Behind the last comes false.
 */
public final class ReadRecords {
    public static void main(String[] arguments) throws IOException {
        RecordReader reader = new RecordReader(Files.readString(Path.of(arguments[0])));
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 16));
        try (JsonGenerator out =
                new JsonFactory().createGenerator(new BufferedOutputStream(System.out, 1 << 16), JsonEncoding.UTF8)) {
            while (in.readBoolean()) {
                long appendedMs = in.readLong();
                byte[] value = bytes(in);
                Object[] answer = reader.read(value, bytes(in), appendedMs);
                out.writeStartArray();
                for (Object one : answer) out.writePOJO(one);
                out.writeEndArray();
                out.writeRaw('\n');
            }
        }
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : in.readNBytes(length);
    }
}
