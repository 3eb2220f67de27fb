import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.*;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/** Records of parquet-java's example model as JSON, in the mapping of inlay(1). Lists and maps by the rules of
 * LogicalTypes.md. Floats may be written differently (1E+16 for 1e+16): whoever compares parses both. */
final class Text {
    private Text() {}

    static String row(Group g) {
        GroupType type = g.getType();
        List<String> fields = new ArrayList<>();
        for (int f = 0; f < type.getFieldCount(); f++)
            fields.add(quoted(type.getFieldName(f)) + ":" + field(g, f));
        return "{" + String.join(",", fields) + "}";
    }

    /** A field of a group: null, one value, or all of a repeated field without annotation. */
    static String field(Group g, int f) {
        Type type = g.getType().getType(f);
        int n = g.getFieldRepetitionCount(f);
        if (!type.isRepetition(Type.Repetition.REPEATED))
            return n == 0 ? "null" : value(g, f, 0);
        return all(g, f);
    }

    private static String all(Group g, int f) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < g.getFieldRepetitionCount(f); i++)
            values.add(value(g, f, i));
        return "[" + String.join(",", values) + "]";
    }

    private static String value(Group g, int f, int i) {
        Type type = g.getType().getType(f);
        if (type.isPrimitive())
            return primitive(g, f, i, type.asPrimitiveType());
        Group inner = g.getGroup(f, i);
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        if (inner.getType().getFieldCount() == 1 && inner.getType().getType(0).isRepetition(Type.Repetition.REPEATED)) {
            if (logical instanceof ListLogicalTypeAnnotation)
                return list(inner, type.getName());
            if (logical instanceof MapLogicalTypeAnnotation || logical instanceof MapKeyValueTypeAnnotation)
                return map(inner);
        }
        return row(inner);
    }

    private static String list(Group list, String name) {
        Type repeated = list.getType().getType(0);
        boolean is_element = repeated.isPrimitive() || repeated.asGroupType().getFieldCount() != 1
            || repeated.asGroupType().getType(0).isRepetition(Type.Repetition.REPEATED)
            || repeated.getName().equals("array") || repeated.getName().equals(name + "_tuple");
        if (is_element)
            return all(list, 0);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < list.getFieldRepetitionCount(0); i++)
            values.add(field(list.getGroup(0, i), 0));
        return "[" + String.join(",", values) + "]";
    }

    private static String map(Group map) {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
            Group entry = map.getGroup(0, i);
            String value = entry.getType().getFieldCount() > 1 ? field(entry, 1) : "null";
            entries.add("{\"key\":" + field(entry, 0) + ",\"value\":" + value + "}");
        }
        return "[" + String.join(",", entries) + "]";
    }

    private static String primitive(Group g, int f, int i, PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        switch (type.getPrimitiveTypeName()) {
            case BOOLEAN:
                return Boolean.toString(g.getBoolean(f, i));
            case INT32:
                return integer(g.getInteger(f, i), logical);
            case INT64:
                return integer(g.getLong(f, i), logical);
            case FLOAT:
                return real(g.getFloat(f, i), true);
            case DOUBLE:
                return real(g.getDouble(f, i), false);
            case INT96: {
                ByteBuffer b = g.getInt96(f, i).toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
                long nanos = b.getLong(b.position());
                long day = b.getInt(b.position() + 8) - 2440588L + Math.floorDiv(nanos, 86400_000_000_000L);
                return "\"" + civil(day) + "T" + clock(Math.floorMod(nanos, 86400_000_000_000L), 9) + "\"";
            }
            default:
                return bytes(g.getBinary(f, i).getBytes(), logical);
        }
    }

    private static String integer(long v, LogicalTypeAnnotation logical) {
        if (logical instanceof DateLogicalTypeAnnotation)
            return "\"" + civil(v) + "\"";
        if (logical instanceof DecimalLogicalTypeAnnotation)
            return decimal(BigInteger.valueOf(v), (DecimalLogicalTypeAnnotation) logical);
        if (logical instanceof TimeLogicalTypeAnnotation) {
            TimeLogicalTypeAnnotation t = (TimeLogicalTypeAnnotation) logical;
            return "\"" + clock(v, digits(t.getUnit())) + (t.isAdjustedToUTC() ? "Z\"" : "\"");
        }
        if (logical instanceof TimestampLogicalTypeAnnotation) {
            TimestampLogicalTypeAnnotation t = (TimestampLogicalTypeAnnotation) logical;
            int digits = digits(t.getUnit());
            long day = 86400 * (long) Math.pow(10, digits);
            return "\"" + civil(Math.floorDiv(v, day)) + "T" + clock(Math.floorMod(v, day), digits)
                + (t.isAdjustedToUTC() ? "Z\"" : "\"");
        }
        if (logical instanceof IntLogicalTypeAnnotation && !((IntLogicalTypeAnnotation) logical).isSigned()) {
            int bits = ((IntLogicalTypeAnnotation) logical).getBitWidth();
            return bits == 64 ? Long.toUnsignedString(v) : Long.toString(v & (1L << bits) - 1);
        }
        return Long.toString(v);
    }

    private static String bytes(byte[] v, LogicalTypeAnnotation logical) {
        if (logical instanceof StringLogicalTypeAnnotation || logical instanceof EnumLogicalTypeAnnotation
                || logical instanceof JsonLogicalTypeAnnotation)
            return quoted(new String(v, java.nio.charset.StandardCharsets.UTF_8));
        if (logical instanceof DecimalLogicalTypeAnnotation)
            return decimal(v.length == 0 ? BigInteger.ZERO : new BigInteger(v), (DecimalLogicalTypeAnnotation) logical);
        ByteBuffer b = ByteBuffer.wrap(v).order(ByteOrder.LITTLE_ENDIAN);
        if (logical instanceof Float16LogicalTypeAnnotation)
            return half(b.getShort());
        if (logical instanceof IntervalLogicalTypeAnnotation) {
            long ms = b.getInt(8) & 0xFFFFFFFFL;
            return String.format("\"P%dM%dDT%d.%03dS\"", b.getInt(0) & 0xFFFFFFFFL, b.getInt(4) & 0xFFFFFFFFL,
                                 ms / 1000, ms % 1000);
        }
        if (logical instanceof UUIDLogicalTypeAnnotation) {
            b.order(ByteOrder.BIG_ENDIAN);
            return "\"" + new java.util.UUID(b.getLong(), b.getLong()) + "\"";
        }
        return "\"" + Base64.getEncoder().encodeToString(v) + "\"";
    }

    private static String decimal(BigInteger unscaled, DecimalLogicalTypeAnnotation d) {
        return "\"" + new BigDecimal(unscaled, d.getScale()).toPlainString() + "\"";
    }

    private static int digits(LogicalTypeAnnotation.TimeUnit unit) {
        return unit == LogicalTypeAnnotation.TimeUnit.MILLIS ? 3
            : unit == LogicalTypeAnnotation.TimeUnit.MICROS ? 6 : 9;
    }

    private static String clock(long units, int digits) {
        long perSecond = (long) Math.pow(10, digits), s = units / perSecond;
        return String.format("%02d:%02d:%02d.%0" + digits + "d", s / 3600, s / 60 % 60, s % 60, units % perSecond);
    }

    /** Proleptic Gregorian date of a day number; years outside 0000 to 9999 have a sign. */
    private static String civil(long days) {
        java.time.LocalDate d = java.time.LocalDate.ofEpochDay(days);
        int year = d.getYear();
        return String.format("%s%04d-%02d-%02d", year < 0 ? "-" : year > 9999 ? "+" : "", Math.abs(year),
                             d.getMonthValue(), d.getDayOfMonth());
    }

    private static String notFinite(double v) {
        return Double.isNaN(v) ? "\"NaN\"" : v > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    }

    /** The shortest decimal that reads back; of two equally near the even one. */
    private static String shortest(double v, java.util.function.Predicate<BigDecimal> readsBack) {
        BigDecimal exact = new BigDecimal(v);
        for (int n = 1; n < 17; n++)
            for (RoundingMode mode : new RoundingMode[] {RoundingMode.HALF_EVEN, RoundingMode.UP, RoundingMode.DOWN}) {
                BigDecimal d = exact.round(new MathContext(n, mode));
                if (readsBack.test(d))
                    return d.unscaledValue() + "e" + -d.scale();
            }
        return Double.toString(v);
    }

    private static String real(double v, boolean single) {
        if (Double.isNaN(v) || Double.isInfinite(v))
            return notFinite(v);
        if (v == 0)
            return 1 / v < 0 ? "-0.0" : "0.0";
        return shortest(v, d -> single ? d.floatValue() == (float) v : d.doubleValue() == v);
    }

    private static double halfValue(int bits) {
        int exponent = bits >> 10 & 31, fraction = bits & 1023;
        double v = exponent == 0 ? fraction * Math.pow(2, -24)
            : exponent == 31 ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
            : (1024 + fraction) * Math.pow(2, exponent - 25);
        return (bits & 0x8000) == 0 ? v : -v;
    }

    private static String half(short s) {
        int bits = s & 0xFFFF;
        double v = halfValue(bits);
        if (Double.isNaN(v) || Double.isInfinite(v))
            return notFinite(v);
        if (v == 0)
            return bits == 0 ? "0.0" : "-0.0";
        double below = Math.abs(v - halfValue(bits - 1)) / 2;
        double above = (bits & 0x7FFF) == 0x7BFF ? 16 : Math.abs(halfValue(bits + 1) - v) / 2;
        boolean even = bits % 2 == 0;
        return shortest(v, d -> {
            double off = Math.abs(d.doubleValue()) - Math.abs(v), room = off >= 0 ? above : below;
            return Math.abs(off) < room || even && Math.abs(off) == room;
        });
    }

    static String quoted(String s) {
        StringBuilder b = new StringBuilder("\"");
        for (char c : s.toCharArray()) {
            if (c == '"' || c == '\\')
                b.append('\\').append(c);
            else if (c < 32)
                b.append(String.format("\\u%04x", (int) c));
            else
                b.append(c);
        }
        return b.append('"').toString();
    }
}
