import java.math.BigInteger;
import java.util.Random;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.*;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/** Made-up records for a schema: every value by its type, one in `nulls` optional fields null (0: none, 1: all). */
final class Data {
    private static final String[] WORDS = {"", "cpu_usage", "node\"7\\", "\u00e4\ud83d\ude80", "tab\tline\n", "x"};
    private static final double[] ODD =
        {Double.NaN, -0.0, 0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 5e-324, Double.MAX_VALUE, -1.5};

    static final String FLAT = "%1$s boolean bool; %1$s int32 i32; %1$s int64 i64; %1$s float f32; %1$s double f64;"
        + "%1$s int96 old; %1$s binary bytes; %1$s fixed_len_byte_array(5) fixed;"
        + "%1$s int32 i8 (INTEGER(8,true)); %1$s int32 i16 (INTEGER(16,true)); %1$s int32 u8 (INTEGER(8,false));"
        + "%1$s int32 u16 (INTEGER(16,false)); %1$s int32 u32 (INTEGER(32,false)); %1$s int64 u64 (INTEGER(64,false));"
        + "%1$s binary text (STRING); %1$s binary kind (ENUM); %1$s binary json (JSON); %1$s binary bson (BSON);"
        + "%1$s int32 dec9 (DECIMAL(9,2)); %1$s int64 dec18 (DECIMAL(18,18)); %1$s binary dec40 (DECIMAL(40,3));"
        + "%1$s fixed_len_byte_array(9) dec20 (DECIMAL(20,0)); %1$s int32 date (DATE);"
        + "%1$s int32 time_ms (TIME(MILLIS,true)); %1$s int64 time_us (TIME(MICROS,false));"
        + "%1$s int64 time_ns (TIME(NANOS,true)); %1$s int64 ms (TIMESTAMP(MILLIS,true));"
        + "%1$s int64 us (TIMESTAMP(MICROS,false)); %1$s int64 ns (TIMESTAMP(NANOS,true));"
        + "%1$s fixed_len_byte_array(12) span (INTERVAL); %1$s fixed_len_byte_array(16) id (UUID);"
        + "%1$s fixed_len_byte_array(2) half (FLOAT16);";
    static final String NESTED = "required int64 id;"
        + "optional group numbers (LIST) { repeated group list { optional int64 element; } }"
        + "required group words (LIST) { repeated group list { required binary element (STRING); } }"
        + "optional group lists (LIST) { repeated group list { optional group element (LIST) {"
        + "  repeated group list { optional binary element (STRING); } } } }"
        + "optional group labels (MAP) { repeated group key_value { required binary key (STRING);"
        + "  optional int32 value; } }"
        + "optional group struct { required int32 a; optional group inner { optional double x; }"
        + "  optional group deep (LIST) { repeated group list { optional group element { optional int64 y;"
        + "    repeated int32 z; } } } }"
        + "repeated int32 bare; repeated group pairs { required int32 a; optional binary b (STRING); }";
    static final String LEGACY = "optional group two (LIST) { repeated int32 array; }"
        + "optional group tuple (LIST) { repeated group tuple_tuple { required int32 x; } }"
        + "optional group nested (LIST) { repeated group array (LIST) { repeated int32 array; } }"
        + "optional group bag (LIST) { repeated group bag { optional binary array_element (STRING); } }"
        + "optional group map (MAP) { repeated group map (MAP_KEY_VALUE) { required binary key (STRING);"
        + "  optional int32 value; } }";
    static final String FLOATS = "optional float single; optional double double; required double measured;"
        + "optional fixed_len_byte_array(2) half (FLOAT16);";
    static final String STRINGS = "optional binary word (STRING); optional binary long (STRING); optional binary bytes;";

    final Random random;
    final int nulls;

    Data(long seed, int nulls) {
        this.random = new Random(seed);
        this.nulls = nulls;
    }

    static MessageType schema(String fields) {
        return MessageTypeParser.parseMessageType("message made_up { " + fields + " }");
    }

    Group row(MessageType schema) {
        Group g = new SimpleGroup(schema);
        fill(g);
        return g;
    }

    <T> java.util.List<T> list(int below, java.util.function.Supplier<T> make) {
        return java.util.stream.Stream.generate(make).limit(random.nextInt(below)).collect(
            java.util.stream.Collectors.toList());
    }

    private void fill(Group g) {
        GroupType type = g.getType();
        for (int f = 0; f < type.getFieldCount(); f++) {
            Type field = type.getType(f);
            int n = field.isRepetition(Type.Repetition.REPEATED) ? random.nextInt(4)
                : field.isRepetition(Type.Repetition.REQUIRED) || nulls == 0 || random.nextInt(nulls) != 0 ? 1 : 0;
            for (int i = 0; i < n; i++) {
                if (field.isPrimitive())
                    add(g, f, field.asPrimitiveType());
                else
                    fill(g.addGroup(f));
            }
        }
    }

    /** Small numbers mostly, any number now and then. */
    private long number() {
        return random.nextInt(8) == 0 ? random.nextLong() : random.nextInt(1000) - 500;
    }

    private double real(String name) {
        int kind = random.nextInt(4);
        return name.equals("measured") ? random.nextInt(9999) / 10.0
            : kind == 0 ? ODD[random.nextInt(8)]
            : kind == 1 ? Double.longBitsToDouble(random.nextLong()) : random.nextInt(10_000_000) / 100.0;
    }

    private byte[] some(int n) {
        byte[] b = new byte[n];
        random.nextBytes(b);
        return b;
    }

    String word() {
        String word = WORDS[random.nextInt(6)];
        return random.nextInt(3) == 0 ? word + random.nextInt(100000) : word;
    }

    private void add(Group g, int f, PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        switch (type.getPrimitiveTypeName()) {
            case BOOLEAN:
                g.add(f, random.nextBoolean());
                break;
            case INT32:
                g.add(f, int32(logical));
                break;
            case INT64:
                g.add(f, int64(logical));
                break;
            case FLOAT:
                g.add(f, random.nextInt(4) == 0 ? Float.intBitsToFloat(random.nextInt()) : (float) real(type.getName()));
                break;
            case DOUBLE:
                g.add(f, real(type.getName()));
                break;
            case INT96:
                g.add(f, new NanoTime(2440588 + random.nextInt(20000), random.nextInt(86400) * 1_000_000_000L));
                break;
            case FIXED_LEN_BYTE_ARRAY:
                g.add(f, Binary.fromConstantByteArray(fixed(type.getTypeLength(), logical)));
                break;
            default:
                g.add(f, Binary.fromConstantByteArray(binary(type.getName(), logical)));
        }
    }

    private int int32(LogicalTypeAnnotation logical) {
        if (logical instanceof IntLogicalTypeAnnotation) {
            IntLogicalTypeAnnotation i = (IntLogicalTypeAnnotation) logical;
            int shift = 32 - i.getBitWidth(), v = random.nextInt();
            return i.isSigned() ? v >> shift : v >>> shift;
        }
        if (logical instanceof DecimalLogicalTypeAnnotation)
            return random.nextInt(1_999_999_999) - 999_999_999;
        if (logical instanceof TimeLogicalTypeAnnotation)
            return random.nextInt(86_400_000);
        return (int) number();
    }

    private long int64(LogicalTypeAnnotation logical) {
        if (logical instanceof DecimalLogicalTypeAnnotation)
            return number() % 1_000_000_000_000_000_000L;
        if (logical instanceof TimeLogicalTypeAnnotation)
            return random.nextInt(86400) * 1_000_000L;
        return number();
    }

    private byte[] fixed(int n, LogicalTypeAnnotation logical) {
        byte[] b = some(n);
        if (logical instanceof DecimalLogicalTypeAnnotation) {
            byte fill = (byte) (b[1] < 0 ? -1 : 0);
            b[0] = fill; /* 20 digits need 67 bits, signed: 72 hold 21 */
        }
        return b;
    }

    private byte[] binary(String name, LogicalTypeAnnotation logical) {
        if (logical instanceof DecimalLogicalTypeAnnotation)
            return BigInteger.valueOf(number()).multiply(BigInteger.valueOf(number())).toByteArray();
        if (logical instanceof JsonLogicalTypeAnnotation)
            return ("{\"a\":" + number() + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        if (logical == null || logical instanceof BsonLogicalTypeAnnotation)
            return some(random.nextInt(100));
        String word = name.equals("long") ? "\u00e4".repeat(20 + random.nextInt(30)) + word()
            : name.equals("unlike") ? "%032d".formatted(7) + random.nextLong() + random.nextLong() : word();
        return word.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
