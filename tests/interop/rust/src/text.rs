//! Values of arrow arrays as JSON, in the mapping of inlay(1). Floats may be written differently (1e16 for
//! 1e+16): whoever compares parses both.
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, IntervalUnit, TimeUnit};
use std::fmt::{Debug, LowerExp};
use std::str::FromStr;

/// Proleptic Gregorian date of a day number; years outside 0000 to 9999 have a sign.
fn civil(days: i128) -> String {
    let z = days + 719468;
    let (era, doe) = (z.div_euclid(146097), z.rem_euclid(146097));
    let yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i128::from(month <= 2);
    let sign = if year < 0 { "-" } else if year > 9999 { "+" } else { "" };
    format!("{sign}{:04}-{month:02}-{:02}", year.abs(), doy - (153 * mp + 2) / 5 + 1)
}

fn scale(unit: &TimeUnit) -> (i128, usize) {
    match unit {
        TimeUnit::Second => (1, 0),
        TimeUnit::Millisecond => (1_000, 3),
        TimeUnit::Microsecond => (1_000_000, 6),
        TimeUnit::Nanosecond => (1_000_000_000, 9),
    }
}

fn clock(units: i128, unit: &TimeUnit) -> String {
    let (per_second, digits) = scale(unit);
    let (s, rest) = (units / per_second, units % per_second);
    format!("{:02}:{:02}:{:02}.{rest:0digits$}", s / 3600, s / 60 % 60, s % 60)
}

fn moment(units: i64, unit: &TimeUnit, utc: bool) -> String {
    let day = scale(unit).0 * 86400;
    let (days, rest) = (i128::from(units).div_euclid(day), i128::from(units).rem_euclid(day));
    format!("\"{}T{}{}\"", civil(days), clock(rest, unit), if utc { "Z" } else { "" })
}

fn quoted(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if (c as u32) < 32 => out += &format!("\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out + "\""
}

fn base64(data: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::from("\"");
    for chunk in data.chunks(3) {
        let v = chunk.iter().fold(0u32, |v, &b| v << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let code = (v >> (18 - 6 * i) & 63) as usize;
            out.push(if i <= chunk.len() { ALPHABET[code] as char } else { '=' });
        }
    }
    out + "\""
}

fn not_finite(v: f64) -> Option<String> {
    match v {
        v if v.is_finite() => None,
        v if v.is_nan() => Some("\"NaN\"".into()),
        v => Some(format!("\"{}Infinity\"", if v < 0.0 { "-" } else { "" })),
    }
}

/// The shortest decimal that reads back as `v`. Where two are equally near, Rust takes the upper one and we the
/// even one, which is what a fixed number of digits gives.
fn float<T: Copy + PartialEq + Debug + LowerExp + FromStr>(v: T, wide: f64) -> String {
    not_finite(wide).unwrap_or_else(|| {
        let digits = format!("{v:e}").split('e').next().map_or(0, |m| m.bytes().filter(u8::is_ascii_digit).count());
        let even = format!("{v:.*e}", digits.saturating_sub(1));
        if even.parse().is_ok_and(|w: T| w == v) { even } else { format!("{v:?}") }
    })
}

/// The shortest decimal that reads back as the same half.
fn float16(v: half::f16) -> String {
    let exact = v.to_f64();
    for digits in 0..5 {
        let step = 10f64.powi(exact.abs().log10().floor() as i32 - digits as i32);
        for near in [exact, exact + step / 2.0, exact - step / 2.0] {
            let short: f64 = format!("{near:.digits$e}").parse().unwrap_or(f64::NAN);
            if half::f16::from_f64(short) == v {
                return float(short, short);
            }
        }
    }
    float(exact, exact)
}

fn list(values: &ArrayRef) -> String {
    let entries: Vec<_> = (0..values.len()).map(|i| text(values, i)).collect();
    format!("[{}]", entries.join(","))
}

fn time(a: &ArrayRef, i: usize, unit: &TimeUnit) -> String {
    let units = match unit {
        TimeUnit::Second => i128::from(a.as_primitive::<Time32SecondType>().value(i)),
        TimeUnit::Millisecond => i128::from(a.as_primitive::<Time32MillisecondType>().value(i)),
        TimeUnit::Microsecond => i128::from(a.as_primitive::<Time64MicrosecondType>().value(i)),
        TimeUnit::Nanosecond => i128::from(a.as_primitive::<Time64NanosecondType>().value(i)),
    };
    format!("\"{}\"", clock(units, unit))
}

fn timestamp(a: &ArrayRef, i: usize, unit: &TimeUnit, utc: bool) -> String {
    let units = match unit {
        TimeUnit::Second => a.as_primitive::<TimestampSecondType>().value(i),
        TimeUnit::Millisecond => a.as_primitive::<TimestampMillisecondType>().value(i),
        TimeUnit::Microsecond => a.as_primitive::<TimestampMicrosecondType>().value(i),
        TimeUnit::Nanosecond => a.as_primitive::<TimestampNanosecondType>().value(i),
    };
    moment(units, unit, utc)
}

fn map(a: &ArrayRef, i: usize) -> String {
    let entries = a.as_map().value(i);
    let each: Vec<_> = (0..entries.len())
        .map(|k| format!("{{\"key\":{},\"value\":{}}}", text(entries.column(0), k), text(entries.column(1), k)))
        .collect();
    format!("[{}]", each.join(","))
}

pub fn text(a: &ArrayRef, i: usize) -> String {
    if a.is_null(i) || a.data_type() == &DataType::Null {
        return "null".into();
    }
    match a.data_type() {
        DataType::Boolean => a.as_boolean().value(i).to_string(),
        DataType::Int8 => a.as_primitive::<Int8Type>().value(i).to_string(),
        DataType::Int16 => a.as_primitive::<Int16Type>().value(i).to_string(),
        DataType::Int32 => a.as_primitive::<Int32Type>().value(i).to_string(),
        DataType::Int64 => a.as_primitive::<Int64Type>().value(i).to_string(),
        DataType::UInt8 => a.as_primitive::<UInt8Type>().value(i).to_string(),
        DataType::UInt16 => a.as_primitive::<UInt16Type>().value(i).to_string(),
        DataType::UInt32 => a.as_primitive::<UInt32Type>().value(i).to_string(),
        DataType::UInt64 => a.as_primitive::<UInt64Type>().value(i).to_string(),
        DataType::Float16 => float16(a.as_primitive::<Float16Type>().value(i)),
        DataType::Float32 => {
            let v = a.as_primitive::<Float32Type>().value(i);
            float(v, f64::from(v))
        }
        DataType::Float64 => {
            let v = a.as_primitive::<Float64Type>().value(i);
            float(v, v)
        }
        DataType::Utf8 => quoted(a.as_string::<i32>().value(i)),
        DataType::LargeUtf8 => quoted(a.as_string::<i64>().value(i)),
        DataType::Binary => base64(a.as_binary::<i32>().value(i)),
        DataType::LargeBinary => base64(a.as_binary::<i64>().value(i)),
        DataType::FixedSizeBinary(_) => base64(a.as_fixed_size_binary().value(i)),
        DataType::Decimal128(..) => format!("\"{}\"", a.as_primitive::<Decimal128Type>().value_as_string(i)),
        DataType::Decimal256(..) => format!("\"{}\"", a.as_primitive::<Decimal256Type>().value_as_string(i)),
        DataType::Date32 => format!("\"{}\"", civil(i128::from(a.as_primitive::<Date32Type>().value(i)))),
        DataType::Time32(unit) | DataType::Time64(unit) => time(a, i, unit),
        DataType::Timestamp(unit, zone) => timestamp(a, i, unit, zone.is_some()),
        DataType::Interval(IntervalUnit::DayTime) => {
            let v = a.as_primitive::<IntervalDayTimeType>().value(i); // of INTERVAL, without its months
            let ms = v.milliseconds as u32;
            format!("\"P0M{}DT{}.{:03}S\"", v.days as u32, ms / 1000, ms % 1000)
        }
        DataType::Dictionary(..) => {
            let d = a.as_any_dictionary();
            text(d.values(), d.normalized_keys()[i])
        }
        DataType::List(_) => list(&a.as_list::<i32>().value(i)),
        DataType::LargeList(_) => list(&a.as_list::<i64>().value(i)),
        DataType::FixedSizeList(..) => list(&a.as_fixed_size_list().value(i)),
        DataType::Map(..) => map(a, i),
        DataType::Struct(fields) => {
            let s = a.as_struct();
            let each: Vec<_> =
                fields.iter().zip(s.columns()).map(|(f, c)| format!("{}:{}", quoted(f.name()), text(c, i))).collect();
            format!("{{{}}}", each.join(","))
        }
        other => panic!("no text for {other}"),
    }
}

pub fn row(batch: &RecordBatch, i: usize) -> String {
    let schema = batch.schema();
    let each: Vec<_> = schema
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(f, c)| format!("{}:{}", quoted(f.name()), text(c, i)))
        .collect();
    format!("{{{}}}", each.join(","))
}
