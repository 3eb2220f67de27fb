import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter.Mode;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** A judge of Parquet files: parquet-java.
 *
 *    java-judge write DIR SEED   DIR/NAME.parquet and what was written, DIR/NAME.jsonl
 *    java-judge dump FILE        the rows of FILE as JSON lines
 *    java-judge serve            the same for each path on standard input, and behind it a line "ok", or what failed
 *    java-judge prune FILE COLUMN VALUE   row groups and rows that COLUMN = VALUE leaves of FILE: "GROUPS ROWS" by
 *                                statistics, by bloom filters and by the page index
 *
 * Files called default-* are written with the library's default settings. */
public final class Judge {
    private Judge() {}

    private static Path dir;
    private static long seed;

    private static PrintStream lines(String name) throws Exception {
        return new PrintStream(Files.newOutputStream(dir.resolve(name + ".jsonl")), false, StandardCharsets.UTF_8);
    }

    /** One file, and beside it the rows as they are in memory. */
    private static void write(String name, String fields, int rows, int nulls,
                              UnaryOperator<ExampleParquetWriter.Builder> options) throws Exception {
        MessageType schema = Data.schema(fields);
        Data data = new Data(seed ^ name.hashCode(), nulls);
        ExampleParquetWriter.Builder builder =
            ExampleParquetWriter.builder(new LocalOutputFile(dir.resolve(name + ".parquet"))).withType(schema);
        builder.withConf(new PlainParquetConfiguration()).withWriteMode(Mode.OVERWRITE);
        try (ParquetWriter<Group> writer = options.apply(builder).build(); PrintStream out = lines(name)) {
            for (int i = 0; i < rows; i++) {
                Group row = data.row(schema);
                writer.write(row);
                out.print(Text.row(row) + "\n");
            }
        }
    }

    private static void write(String name, String fields, int rows, int nulls) throws Exception {
        write(name, fields, rows, nulls, b -> b);
    }

    private static String flat(String repetition) {
        return Data.FLAT.formatted(repetition);
    }

    private static void defaults() throws Exception {
        write("default-flat", flat("optional"), 3000, 5);
        write("default-required", flat("required"), 1000, 5);
        write("default-nulls", flat("optional"), 500, 1);
        write("default-nested", Data.NESTED, 2000, 4);
        write("default-legacy", Data.LEGACY, 500, 4);
        write("default-floats", Data.FLOATS, 3000, 6);
        write("default-strings", Data.STRINGS, 2000, 4);
        write("default-fallback", "optional binary unlike (STRING); optional binary alike (STRING);", 30000, 9);
        write("default-empty", flat("optional"), 0, 5);
        avro();
    }

    /** parquet-avro writes 2-level lists by default. */
    private static void avro() throws Exception {
        Schema schema = new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"r\",\"fields\":["
            + "{\"name\":\"n\",\"type\":\"long\"},"
            + "{\"name\":\"words\",\"type\":{\"type\":\"array\",\"items\":\"string\"}},"
            + "{\"name\":\"grid\",\"type\":[\"null\",{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":\"int\"}}]},"
            + "{\"name\":\"counts\",\"type\":{\"type\":\"map\",\"values\":\"long\"}}]}");
        Data data = new Data(seed, 4);
        try (ParquetWriter<GenericRecord> writer = AvroParquetWriter
                 .<GenericRecord>builder(new LocalOutputFile(dir.resolve("default-avro.parquet")))
                 .withSchema(schema).withConf(new PlainParquetConfiguration()).withWriteMode(Mode.OVERWRITE).build();
             PrintStream out = lines("default-avro")) {
            for (int i = 0; i < 500; i++) {
                GenericRecord row = new GenericData.Record(schema);
                row.put("n", (long) i);
                row.put("words", data.list(3, data::word));
                row.put("grid", i % 3 == 0 ? null : data.list(3, () -> data.list(4, () -> data.random.nextInt(100))));
                row.put("counts", java.util.Map.of("k" + i, (long) i * i));
                writer.write(row);
                out.print(avroText(row) + "\n");
            }
        }
    }

    private static String avroText(Object v) {
        if (v instanceof GenericRecord) {
            GenericRecord r = (GenericRecord) v;
            return "{\"n\":" + r.get("n") + ",\"words\":" + avroText(r.get("words")) + ",\"grid\":"
                + avroText(r.get("grid")) + ",\"counts\":" + avroText(r.get("counts")) + "}";
        }
        java.util.StringJoiner all = new java.util.StringJoiner(",", "[", "]");
        if (v instanceof java.util.List)
            ((java.util.List<?>) v).forEach(e -> all.add(avroText(e)));
        else if (v instanceof java.util.Map)
            ((java.util.Map<?, ?>) v).forEach((k, e) -> all.add("{\"key\":" + avroText(k) + ",\"value\":" + e + "}"));
        else
            return v instanceof String ? Text.quoted((String) v) : String.valueOf(v);
        return all.toString();
    }

    private static void others() throws Exception {
        UnaryOperator<ExampleParquetWriter.Builder> v2 = b -> b.withWriterVersion(WriterVersion.PARQUET_2_0);
        write("v2-flat", flat("optional"), 2000, 5, v2);
        write("v2-required", flat("required"), 500, 5, v2);
        write("v2-nested", Data.NESTED, 1000, 4, v2);
        write("v2-no-dictionary", flat("optional"), 2000, 5, b -> v2.apply(b).withDictionaryEncoding(false));
        write("v2-nested-no-dictionary", Data.NESTED, 500, 4, b -> v2.apply(b).withDictionaryEncoding(false));
        write("v2-empty", flat("optional"), 0, 5, v2);
        write("bloom-flat", flat("optional"), 1000, 5, b -> b.withBloomFilterEnabled(true).withMaxBloomFilterBytes(4096));
        write("byte-stream-split", flat("optional"), 1000, 5,
              b -> b.withByteStreamSplitEncoding(true).withDictionaryEncoding(false));
        write("groups", Data.NESTED, 2000, 4, b -> b.withRowGroupRowCountLimit(300));
        write("small-pages", Data.NESTED, 2000, 4, b -> b.withPageRowCountLimit(50));
        for (CompressionCodecName codec : new CompressionCodecName[] {CompressionCodecName.SNAPPY,
                 CompressionCodecName.GZIP, CompressionCodecName.ZSTD, CompressionCodecName.LZ4_RAW}) {
            String name = "codec-" + codec.name().toLowerCase(java.util.Locale.ROOT);
            write(name, Data.NESTED, 400, 4, b -> b.withCompressionCodec(codec));
            write(name + "-v2", Data.NESTED, 400, 4, b -> v2.apply(b).withCompressionCodec(codec));
        }
    }

    private static PrintStream output() {
        return new PrintStream(new java.io.BufferedOutputStream(System.out), false, StandardCharsets.UTF_8);
    }

    private static void dump(Path path, PrintStream out) throws Exception {
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(path))) {
            MessageType schema = reader.getFooter().getFileMetaData().getSchema();
            MessageColumnIO io = new ColumnIOFactory().getColumnIO(schema);
            for (PageReadStore pages; (pages = reader.readNextRowGroup()) != null;) {
                RecordReader<Group> rows = io.getRecordReader(pages, new GroupRecordConverter(schema));
                for (long i = 0; i < pages.getRowCount(); i++)
                    out.print(Text.row(rows.read()) + "\n");
            }
        }
    }

    /** Many files in one process. A failure is an answer, too. */
    private static void serve() throws Exception {
        PrintStream out = output();
        java.io.BufferedReader paths =
            new java.io.BufferedReader(new java.io.InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String path; (path = paths.readLine()) != null; out.flush())
            try {
                dump(Path.of(path), out);
                out.print("ok\n");
            } catch (Throwable e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                out.print((e + " " + cause).replace('\n', ' ') + "\n");
            }
    }

    private static FilterPredicate equal(Path path, String column, String value) throws Exception {
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(path))) {
            boolean integer = reader.getFooter().getFileMetaData().getSchema().getType(column).asPrimitiveType()
                .getPrimitiveTypeName() == PrimitiveTypeName.INT64;
            return integer ? FilterApi.eq(FilterApi.longColumn(column), Long.valueOf(value))
                           : FilterApi.eq(FilterApi.binaryColumn(column), Binary.fromString(value));
        }
    }

    private static void prune(Path path, String column, String value) throws Exception {
        FilterPredicate equal = equal(path, column, value);
        for (int way = 0; way < 3; way++) {
            ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withRecordFilter(FilterCompat.get(equal)).useStatsFilter(way == 0).useBloomFilter(way == 1)
                .useColumnIndexFilter(way == 2).useDictionaryFilter(false).build();
            try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(path), options)) {
                System.out.println(reader.getRowGroups().size() + " " + reader.getFilteredRecordCount());
            }
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length == 3 && args[0].equals("write")) {
            dir = Files.createDirectories(Path.of(args[1]));
            seed = Long.parseLong(args[2]);
            defaults();
            others();
        } else if (args.length == 2 && args[0].equals("dump")) {
            try (PrintStream out = output()) {
                dump(Path.of(args[1]), out);
            }
        } else if (args.length == 1 && args[0].equals("serve")) {
            serve();
        } else if (args.length == 4 && args[0].equals("prune")) {
            prune(Path.of(args[1]), args[2], args[3]);
        } else {
            System.err.println("usage: java-judge write DIR SEED | java-judge dump FILE | java-judge serve");
            System.exit(2);
        }
    }
}
