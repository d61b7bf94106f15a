// node interop.mjs write <folder>: writes files of every type; row r holds what the functions below say, null where r % 4 = 3.
// node interop.mjs read <file>: prints the rows of a file as JSON.
import * as arrow from 'apache-arrow';
import * as lz4 from 'lz4js';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// It reads LZ4 only: as a writer it puts a buffer's compressed length where the format wants the uncompressed one.
arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, { decode: (data) => lz4.decompress(data) });

const item = (type) => arrow.Field.new('item', type, true);
const columns = {
  bool: [new arrow.Bool(), (r) => r % 3 === 0],
  int8: [new arrow.Int8(), (r) => -r],
  int16: [new arrow.Int16(), (r) => -300 * r],
  int32: [new arrow.Int32(), (r) => -70000 * r],
  int64: [new arrow.Int64(), (r) => BigInt(r) * -1000000000000n],
  // Types that may be present and are not bound.
  view: [new arrow.Utf8View(), (r) => `a text that is too long to be held inline ${r}`],
  time: [new arrow.TimestampMillisecond(), (r) => r],
  map: [new arrow.Map_(new arrow.Field('entries', new arrow.Struct([new arrow.Field('key', new arrow.Utf8()), new arrow.Field('value', new arrow.Int32(), true)]))), (r) => new Map([['a', r]])],
  uint8: [new arrow.Uint8(), (r) => 200 + r],
  uint16: [new arrow.Uint16(), (r) => 60000 + r],
  uint32: [new arrow.Uint32(), (r) => 4000000000 + r],
  uint64: [new arrow.Uint64(), (r) => 18000000000000000000n + BigInt(r)],
  float32: [new arrow.Float32(), (r) => r / 4],
  float64: [new arrow.Float64(), (r) => r / 3],
  utf8: [new arrow.Utf8(), (r) => `row ${r} €`],
  large_utf8: [new arrow.LargeUtf8(), (r) => `row ${r} €`],
  binary: [new arrow.Binary(), (r) => Uint8Array.of(r, r + 1)],
  large_binary: [new arrow.LargeBinary(), (r) => Uint8Array.of(r, r + 1)],
  fixed_binary: [new arrow.FixedSizeBinary(2), (r) => Uint8Array.of(r, r + 1)],
  fixed_list: [new arrow.FixedSizeList(3, item(new arrow.Float32())), (r) => [r, r + 0.5, r + 1]],
  list: [new arrow.List(item(new arrow.Int16())), (r) => (r === 0 ? [1] : [r, -r])],
  nested: [new arrow.List(item(new arrow.List(item(new arrow.Uint8())))), (r) => [[r, 1], [2, 3]]],
  image: [
    new arrow.Struct([new arrow.Field('bytes', new arrow.Binary(), true), new arrow.Field('path', new arrow.Utf8(), true)]),
    (r) => ({ bytes: Uint8Array.of(r, r, r), path: `${r}.png` }),
  ],
  label: [new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8(), 7), (r) => ['cat', 'dog', 'eel'][r % 3]],
};

function table(first, end) {
  const rows = Array.from({ length: end - first }, (_, index) => first + index);
  return new arrow.Table(Object.fromEntries(Object.entries(columns).map(([name, [type, value]]) =>
    [name, arrow.vectorFromArray(rows.map((r) => (r % 4 === 3 ? null : value(r))), type)])));
}

function write(folder) {
  const rows = table(0, 10);
  writeFileSync(join(folder, 'plain.file'), arrow.tableToIPC(rows, 'file'));
  writeFileSync(join(folder, 'plain.stream'), arrow.tableToIPC(rows, 'stream'));
  const batches = [table(0, 4), table(4, 5), table(5, 10)].map((part) => part.select(Object.keys(columns).filter((name) => name !== 'label')));
  const whole = batches[0].concat(...batches.slice(1));
  writeFileSync(join(folder, 'batches.file'), arrow.RecordBatchFileWriter.writeAll(whole).toUint8Array(true));
  writeFileSync(join(folder, 'batches.stream'), arrow.RecordBatchStreamWriter.writeAll(whole).toUint8Array(true));
}

function plain(value) {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof arrow.Vector || ArrayBuffer.isView(value)) return Array.from(value, plain);
  return Object.fromEntries(Object.entries(value.toJSON()).map(([name, child]) => [name, plain(child)]));
}

const [, , command, path] = process.argv;
if (command === 'write') write(path);
else console.log(JSON.stringify(Array.from(arrow.tableFromIPC(readFileSync(path)), plain)));
