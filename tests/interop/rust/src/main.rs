//! A judge of Parquet files: the parquet crate of arrow-rs.
//!
//!   rust-judge write DIR SEED   DIR/NAME.parquet and what was written, DIR/NAME.jsonl
//!   rust-judge dump FILE        the rows of FILE as JSON lines
//!   rust-judge serve            the same for each path on standard input, and behind it a line "ok", or what failed
//!   rust-judge prune FILE COLUMN VALUE   what COLUMN = VALUE leaves of FILE; see prune.rs
//!
//! Files called default-* are written with the crate's default settings.
mod data;
mod prune;
mod text;

use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::schema::types::ColumnPath;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;

type Done = Result<(), Box<dyn Error>>;

/// One file, a row group a batch, and beside it the rows as they are in memory.
fn write(dir: &Path, name: &str, batches: &[RecordBatch], properties: WriterPropertiesBuilder) -> Done {
    let file = File::create(dir.join(format!("{name}.parquet")))?;
    let mut writer = ArrowWriter::try_new(file, batches[0].schema(), Some(properties.build()))?;
    let mut lines = BufWriter::new(File::create(dir.join(format!("{name}.jsonl")))?);
    for batch in batches {
        writer.write(batch)?;
        if batches.len() > 1 {
            writer.flush()?;
        }
        for i in 0..batch.num_rows() {
            writeln!(lines, "{}", text::row(batch, i))?;
        }
    }
    writer.close()?;
    Ok(())
}

fn defaults() -> WriterPropertiesBuilder {
    WriterProperties::builder()
}

fn write_defaults(dir: &Path, seed: u64) -> Done {
    let mut r = data::Random::new(seed);
    write(dir, "default-flat", &[data::flat(&mut r, 3000, 5)], defaults())?;
    write(dir, "default-required", &[data::flat(&mut r, 1000, 0)], defaults())?;
    write(dir, "default-nulls", &[data::flat(&mut r, 500, 1)], defaults())?;
    write(dir, "default-nested", &[data::nested(&mut r, 2000)], defaults())?;
    write(dir, "default-floats", &[data::floats(&mut r, 3000)], defaults())?;
    write(dir, "default-strings", &[data::strings(&mut r, 2000)], defaults())?;
    write(dir, "default-fallback", &[data::fallback(&mut r, 30000)], defaults())?;
    write(dir, "default-empty", &[data::flat(&mut r, 0, 5)], defaults())?;
    let groups = [data::flat(&mut r, 700, 5), data::flat(&mut r, 1, 5), data::flat(&mut r, 300, 5)];
    write(dir, "default-groups", &groups, defaults())?;
    let groups = [data::nested(&mut r, 300), data::nested(&mut r, 50)];
    write(dir, "default-nested-groups", &groups, defaults())
}

fn write_codecs(dir: &Path, r: &mut data::Random) -> Done {
    let codecs = [
        ("snappy", Compression::SNAPPY),
        ("gzip", Compression::GZIP(GzipLevel::default())),
        ("zstd", Compression::ZSTD(ZstdLevel::default())),
        ("lz4", Compression::LZ4),
        ("lz4_raw", Compression::LZ4_RAW),
        ("brotli", Compression::BROTLI(BrotliLevel::default())),
    ];
    for (name, codec) in codecs {
        let batch = data::nested(r, 400);
        write(dir, &format!("codec-{name}"), &[batch.clone()], defaults().set_compression(codec))?;
        let v2 = defaults().set_compression(codec).set_writer_version(WriterVersion::PARQUET_2_0);
        write(dir, &format!("codec-{name}-v2"), &[batch], v2)?;
    }
    Ok(())
}

fn write_others(dir: &Path, seed: u64) -> Done {
    let mut r = data::Random::new(seed ^ 0x9E37);
    let v2 = || defaults().set_writer_version(WriterVersion::PARQUET_2_0);
    write(dir, "v2-flat", &[data::flat(&mut r, 2000, 5)], v2())?;
    write(dir, "v2-nested", &[data::nested(&mut r, 1000)], v2())?;
    write(dir, "v2-plain-pages", &[data::flat(&mut r, 2000, 5)], v2().set_dictionary_enabled(false))?;
    write(dir, "bloom-flat", &[data::flat(&mut r, 1000, 5)], defaults().set_bloom_filter_enabled(true))?;
    write(dir, "bloom-nested", &[data::nested(&mut r, 300)], defaults().set_bloom_filter_enabled(true))?;
    let small = defaults().set_data_page_row_count_limit(100).set_write_batch_size(50);
    write(dir, "small-pages", &[data::nested(&mut r, 2000)], small)?;
    let bare = defaults().set_write_path_in_schema(false);
    write(dir, "no-path-in-schema", &[data::nested(&mut r, 100)], bare)?;
    let delta = |encoding| v2().set_dictionary_enabled(false).set_encoding(encoding);
    for (name, encoding, columns) in [
        ("delta-binary-packed", Encoding::DELTA_BINARY_PACKED, data::integers(&mut r, 3000)),
        ("delta-length", Encoding::DELTA_LENGTH_BYTE_ARRAY, data::strings(&mut r, 1000)),
        ("delta-byte-array", Encoding::DELTA_BYTE_ARRAY, data::strings(&mut r, 1000)),
        ("byte-stream-split", Encoding::BYTE_STREAM_SPLIT, data::floats(&mut r, 3000)),
    ] {
        write(dir, &format!("encoding-{name}"), &[columns], delta(encoding))?;
    }
    let alp = ["single", "double", "measured"].iter().fold(defaults().set_dictionary_enabled(false), |p, c| {
        p.set_column_encoding(ColumnPath::from(*c), Encoding::ALP)
    });
    write(dir, "encoding-alp", &[data::floats(&mut r, 5000)], alp)?;
    write_codecs(dir, &mut r)
}

fn dump(path: &str, out: &mut impl Write) -> Done {
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()? {
        let batch = batch?;
        for i in 0..batch.num_rows() {
            writeln!(out, "{}", text::row(&batch, i))?;
        }
    }
    out.flush()?;
    Ok(())
}

/// Many files in one process. A panic is an answer, too.
fn serve() -> Done {
    std::panic::set_hook(Box::new(|_| {}));
    let mut out = BufWriter::new(std::io::stdout().lock());
    for path in std::io::stdin().lines() {
        let path = path?;
        let done = catch_unwind(AssertUnwindSafe(|| dump(&path, &mut out).map_err(|e| e.to_string())));
        let answer = match done {
            Ok(Ok(())) => "ok".into(),
            Ok(Err(e)) => e.replace('\n', " "),
            Err(_) => "it panics".into(),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn main() -> Done {
    let args: Vec<String> = std::env::args().collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[1..] {
        ["write", dir, seed] => {
            let seed = seed.parse()?;
            std::fs::create_dir_all(dir)?;
            write_defaults(Path::new(dir), seed)?;
            write_others(Path::new(dir), seed)
        }
        ["dump", file] => dump(file, &mut BufWriter::new(std::io::stdout().lock())),
        ["serve"] => serve(),
        ["prune", file, column, value] => {
            println!("{}", prune::prune(file, column, value)?);
            Ok(())
        }
        _ => Err("usage: rust-judge write DIR SEED | rust-judge dump FILE | rust-judge serve".into()),
    }
}
