//! Made-up columns of every type that arrow-rs has a Parquet type for.
use arrow_array::builder::*;
use arrow_array::types::*;
use arrow_array::*;
use arrow_buffer::i256;
use arrow_schema::{DataType, Field, Schema};
use half::f16;
use std::sync::Arc;

/// xorshift64*; seeded, so that a file can be made again.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
    pub fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }
    /// Small numbers mostly, any number now and then.
    pub fn number(&mut self) -> i64 {
        if self.below(8) == 0 {
            self.next() as i64
        } else {
            self.below(1000) as i64 - 500
        }
    }
    /// One in `nulls` is null; 0: none, 1: all.
    pub fn present(&mut self, nulls: u64) -> bool {
        nulls == 0 || self.below(nulls) != 0
    }
    pub fn word(&mut self) -> String {
        const WORDS: [&str; 6] = ["", "cpu_usage", "node\"7\\", "\u{e4}\u{1f680}", "tab\tline\n", "x"];
        let word = WORDS[self.below(6) as usize];
        if self.below(3) == 0 { format!("{word}{}", self.below(100000)) } else { word.into() }
    }
}

type Columns = Vec<(&'static str, ArrayRef, bool)>;

fn batch(columns: Columns) -> RecordBatch {
    let fields: Vec<_> = columns.iter().map(|(n, a, null)| Field::new(*n, a.data_type().clone(), *null)).collect();
    let arrays = columns.into_iter().map(|(_, a, _)| a).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("columns of one length")
}

fn some<T>(r: &mut Random, n: usize, nulls: u64, make: impl Fn(&mut Random) -> T) -> Vec<Option<T>> {
    (0..n).map(|_| if r.present(nulls) { Some(make(r)) } else { None }).collect()
}

fn primitive<T: ArrowPrimitiveType>(
    r: &mut Random, n: usize, nulls: u64, make: impl Fn(&mut Random) -> T::Native,
) -> PrimitiveArray<T> {
    some(r, n, nulls, make).into_iter().collect()
}

pub fn flat(r: &mut Random, n: usize, nulls: u64) -> RecordBatch {
    let fixed = some(r, n, nulls, |r| r.next().to_le_bytes()[..5].to_vec());
    let fixed = FixedSizeBinaryArray::try_from_sparse_iter_with_size(fixed.into_iter(), 5).expect("five bytes each");
    let day = 86_400_000i64;
    let wide = |r: &mut Random| i256::from_i128(i128::from(r.next() as i64) << 63);
    let key: DictionaryArray<Int32Type> = some(r, n, nulls, |r| r.word()).iter().map(|v| v.as_deref()).collect();
    let columns: Columns = vec![
        ("bool", Arc::new(some(r, n, nulls, |r| r.below(2) == 1).into_iter().collect::<BooleanArray>()), nulls > 0),
        ("i8", Arc::new(primitive::<Int8Type>(r, n, nulls, |r| r.next() as i8)), nulls > 0),
        ("i16", Arc::new(primitive::<Int16Type>(r, n, nulls, |r| r.next() as i16)), nulls > 0),
        ("i32", Arc::new(primitive::<Int32Type>(r, n, nulls, |r| r.number() as i32)), nulls > 0),
        ("i64", Arc::new(primitive::<Int64Type>(r, n, nulls, |r| r.number())), nulls > 0),
        ("u8", Arc::new(primitive::<UInt8Type>(r, n, nulls, |r| r.next() as u8)), nulls > 0),
        ("u16", Arc::new(primitive::<UInt16Type>(r, n, nulls, |r| r.next() as u16)), nulls > 0),
        ("u32", Arc::new(primitive::<UInt32Type>(r, n, nulls, |r| r.number() as u32)), nulls > 0),
        ("u64", Arc::new(primitive::<UInt64Type>(r, n, nulls, |r| r.number() as u64)), nulls > 0),
        ("f32", Arc::new(primitive::<Float32Type>(r, n, nulls, |r| r.number() as f32 / 8.0)), nulls > 0),
        ("f64", Arc::new(primitive::<Float64Type>(r, n, nulls, |r| r.number() as f64 / 10.0)), nulls > 0),
        ("text", Arc::new(some(r, n, nulls, |r| r.word()).into_iter().collect::<StringArray>()), nulls > 0),
        ("large", Arc::new(some(r, n, nulls, |r| r.word()).into_iter().collect::<LargeStringArray>()), nulls > 0),
        ("bytes", Arc::new(BinaryArray::from_iter(some(r, n, nulls, |r| r.next().to_le_bytes()))), nulls > 0),
        ("fixed", Arc::new(fixed), nulls > 0),
        ("key", Arc::new(key), nulls > 0),
        ("date", Arc::new(primitive::<Date32Type>(r, n, nulls, |r| r.number() as i32)), nulls > 0),
        ("time_ms", Arc::new(primitive::<Time32MillisecondType>(r, n, nulls, |r| r.below(day as u64) as i32)), nulls > 0),
        ("time_us", Arc::new(primitive::<Time64MicrosecondType>(r, n, nulls, |r| r.below(day as u64) as i64)), nulls > 0),
        ("time_ns", Arc::new(primitive::<Time64NanosecondType>(r, n, nulls, |r| r.below(day as u64) as i64)), nulls > 0),
        ("ms", Arc::new(primitive::<TimestampMillisecondType>(r, n, nulls, |r| r.number())), nulls > 0),
        ("us", Arc::new(primitive::<TimestampMicrosecondType>(r, n, nulls, |r| r.number()).with_timezone("UTC")), nulls > 0),
        ("ns", Arc::new(primitive::<TimestampNanosecondType>(r, n, nulls, |r| r.number())), nulls > 0),
        ("dec9", Arc::new(decimal(r, n, nulls, 9, 2)), nulls > 0),
        ("dec18", Arc::new(decimal(r, n, nulls, 18, 0)), nulls > 0),
        ("dec38", Arc::new(decimal(r, n, nulls, 38, 10)), nulls > 0),
        ("dec76", Arc::new(primitive::<Decimal256Type>(r, n, nulls, wide).with_precision_and_scale(76, 7).expect("76")),
         nulls > 0),
    ];
    batch(columns)
}

fn decimal(r: &mut Random, n: usize, nulls: u64, precision: u8, scale: i8) -> Decimal128Array {
    let most = 10i64.pow(u32::from(precision.min(18))) - 1;
    primitive::<Decimal128Type>(r, n, nulls, |r| i128::from(r.number() % most))
        .with_precision_and_scale(precision, scale)
        .expect("a legal decimal")
}

pub fn integers(r: &mut Random, n: usize) -> RecordBatch {
    let mut at = 1_700_000_000_000i64;
    let times: Vec<i64> = (0..n).map(|_| { at += 1000 + r.below(7) as i64; at }).collect();
    batch(vec![
        ("i32", Arc::new(primitive::<Int32Type>(r, n, 5, |r| r.number() as i32)), true),
        ("i64", Arc::new(primitive::<Int64Type>(r, n, 5, |r| r.number())), true),
        ("u32", Arc::new(primitive::<UInt32Type>(r, n, 0, |r| r.next() as u32)), false),
        ("u64", Arc::new(primitive::<UInt64Type>(r, n, 0, |r| r.next())), false),
        ("times", Arc::new(Int64Array::from(times)), false),
    ])
}

/// NaN of either sign and with a payload, infinities, both zeros, subnormals, readings with two digits.
pub fn floats(r: &mut Random, n: usize) -> RecordBatch {
    const ODD: [f64; 8] = [f64::NAN, -0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY, 5e-324, f64::MAX, -1.5];
    let single = |r: &mut Random| match r.below(4) {
        0 => ODD[r.below(8) as usize] as f32,
        1 => f32::from_bits(r.next() as u32),
        _ => (r.below(100000) as f32) / 100.0,
    };
    let double = |r: &mut Random| match r.below(4) {
        0 => ODD[r.below(8) as usize],
        1 => f64::from_bits(r.next()),
        _ => (r.below(10_000_000) as f64) / 100.0,
    };
    batch(vec![
        ("half", Arc::new(primitive::<Float16Type>(r, n, 6, |r| f16::from_bits(r.next() as u16))), true),
        ("single", Arc::new(primitive::<Float32Type>(r, n, 6, single)), true),
        ("double", Arc::new(primitive::<Float64Type>(r, n, 6, double)), true),
        ("measured", Arc::new(primitive::<Float64Type>(r, n, 0, |r| r.below(9999) as f64 / 10.0)), false),
        ("no_number", Arc::new(primitive::<Float64Type>(r, n, 0, |_| f64::NAN)), false),
        ("zeros", Arc::new(primitive::<Float64Type>(r, n, 3, |r| ODD[1 + r.below(2) as usize])), true),
    ])
}

/// Longer than the 64 bytes that bounds are cut to, at a border between characters and inside of one.
pub fn strings(r: &mut Random, n: usize) -> RecordBatch {
    let long = |r: &mut Random| "\u{e4}".repeat(20 + r.below(30) as usize) + &r.word();
    let bytes = |r: &mut Random| vec![0xFFu8; r.below(100) as usize];
    batch(vec![
        ("word", Arc::new(some(r, n, 4, |r| r.word()).into_iter().collect::<StringArray>()), true),
        ("long", Arc::new(some(r, n, 4, long).into_iter().collect::<StringArray>()), true),
        ("bytes", Arc::new(BinaryArray::from_iter(some(r, n, 4, bytes))), true),
        ("one", Arc::new(StringArray::from(vec!["the same"; n])), false),
    ])
}

/// A dictionary that outgrows its 1 MiB, and one that does not.
pub fn fallback(r: &mut Random, n: usize) -> RecordBatch {
    let unlike = |r: &mut Random| format!("{:016x}{:016x}{:032}", r.next(), r.next(), 7);
    batch(vec![
        ("unlike", Arc::new(some(r, n, 9, unlike).into_iter().collect::<StringArray>()), true),
        ("alike", Arc::new(some(r, n, 9, |r| format!("m{}", r.below(40))).into_iter().collect::<StringArray>()), true),
        ("number", Arc::new(primitive::<Int64Type>(r, n, 0, |r| r.next() as i64)), false),
    ])
}

fn numbers(r: &mut Random, n: usize) -> ListArray {
    let mut b = ListBuilder::new(Int64Builder::new());
    for _ in 0..n {
        for _ in 0..r.below(4) {
            let v = r.number();
            b.values().append_option(if r.present(4) { Some(v) } else { None });
        }
        b.append(r.present(5));
    }
    b.finish()
}

fn lists_of_lists(r: &mut Random, n: usize) -> ListArray {
    let mut b = ListBuilder::new(ListBuilder::new(StringBuilder::new()));
    for _ in 0..n {
        for _ in 0..r.below(3) {
            for _ in 0..r.below(3) {
                let word = r.word();
                b.values().values().append_option(if r.present(4) { Some(word) } else { None });
            }
            b.values().append(r.present(4));
        }
        b.append(r.present(4));
    }
    b.finish()
}

fn labels(r: &mut Random, n: usize) -> MapArray {
    let mut b = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    for _ in 0..n {
        for k in 0..r.below(4) {
            b.keys().append_value(format!("label{k}"));
            let v = r.number() as i32;
            b.values().append_option(if r.present(4) { Some(v) } else { None });
        }
        b.append(r.present(5)).expect("as many keys as values");
    }
    b.finish()
}

fn structs(r: &mut Random, n: usize) -> StructArray {
    let inner = StructArray::new(
        vec![Field::new("x", DataType::Float64, true)].into(),
        vec![Arc::new(primitive::<Float64Type>(r, n, 4, |r| r.number() as f64))],
        Some((0..n).map(|_| r.present(4)).collect()),
    );
    let list = numbers(r, n);
    let fields = vec![
        Field::new("a", DataType::Int32, false),
        Field::new("inner", inner.data_type().clone(), true),
        Field::new("list", list.data_type().clone(), true),
    ];
    let a: Int32Array = primitive(r, n, 0, |r| r.number() as i32);
    let present = (0..n).map(|_| r.present(4)).collect();
    StructArray::new(fields.into(), vec![Arc::new(a), Arc::new(inner), Arc::new(list)], Some(present))
}

/// A list of structs with lists in them: the entries are rows of `structs`.
fn list_of_structs(r: &mut Random, n: usize) -> ListArray {
    let mut lengths: Vec<usize> = (0..n).map(|_| r.below(3) as usize).collect();
    let present: Vec<bool> = (0..n).map(|_| r.present(5)).collect();
    for (length, &there) in lengths.iter_mut().zip(&present) {
        *length *= usize::from(there);
    }
    let entries = structs(r, lengths.iter().sum());
    let field = Arc::new(Field::new_list_field(entries.data_type().clone(), true));
    let offsets = arrow_buffer::OffsetBuffer::from_lengths(lengths);
    ListArray::new(field, offsets, Arc::new(entries), Some(present.into()))
}

pub fn nested(r: &mut Random, n: usize) -> RecordBatch {
    batch(vec![
        ("id", Arc::new(Int64Array::from_iter_values(0..n as i64)), false),
        ("numbers", Arc::new(numbers(r, n)), true),
        ("lists", Arc::new(lists_of_lists(r, n)), true),
        ("labels", Arc::new(labels(r, n)), true),
        ("struct", Arc::new(structs(r, n)), true),
        ("structs", Arc::new(list_of_structs(r, n)), true),
    ])
}
