using System.Buffers.Binary;

namespace MirroredInfluence.Arrow.Tests;

/// <summary>One test for each documented refusal (docs/formats/arrow.md).</summary>
public sealed class RefusalTests
{
    private static readonly TestArray Ids = TestArray.Numbers<long>("id", [1, 2, 3]);

    [Fact]
    public void MissingFile_IsRefused() =>
        Refusal.Is(FailureKind.Invalid, () => ArrowFile.Open("/no/such/train.arrow"), "/no/such/train.arrow", "no such file");

    [Fact]
    public void Folder_IsRefused() =>
        Refusal.Is(FailureKind.Invalid, () => ArrowFile.Open(AppContext.BaseDirectory), "not a file");

    [Fact]
    public void EmptyFile_IsRefused()
    {
        var path = Path.GetTempFileName();
        try
        {
            Refusal.Is(FailureKind.Data, () => ArrowFile.Open(path), path, "empty");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("PAR1 and columns", "a Parquet file")]
    [InlineData("PK\u0003\u0004 and members", "a zip, such as .npz")]
    [InlineData("\u0093NUMPY and numbers", "a NumPy array")]
    [InlineData("FEA1 and columns", "a Feather V1 file")]
    [InlineData("ARRO", "a truncated Arrow file")]
    [InlineData("id,label\n1,cat\n", "'id,label'")]
    public void OtherFormats_AreNamed(string content, string found) =>
        Refusal.Is(FailureKind.Data, () => Parse(System.Text.Encoding.Latin1.GetBytes(content)), "test.arrow", found, "expected an Arrow IPC file", "`mirrored import` makes one of .npy, .npz, IDX and CSV");

    [Fact]
    public void BigEndianFile_IsRefused() =>
        Refusal.Is(FailureKind.Data, () => new TestFile([Ids.Field]) { IsBigEndian = true }.Parse(), "test.arrow", "big-endian");

    [Theory]
    [InlineData(2, "version 3")]
    [InlineData(5, "version 6")]
    public void OtherMetadataVersions_AreRefused(short version, string found) =>
        Refusal.Is(FailureKind.Data, () => new TestFile([Ids.Field]) { Version = version }.Parse(), found, "4 and 5");

    [Fact]
    public void UnknownTypeCode_IsRefused()
    {
        var field = new FlatTableWriter().Add(0, "x").Add(2, (byte)99).Add(3, new FlatTableWriter());
        Refusal.Is(FailureKind.Data, () => Parse(Stream(Message(1, new FlatTableWriter().Add(1, [field])))), "'x'", "type code 99");
    }

    [Fact]
    public void DeepNesting_IsRefused()
    {
        var field = new FlatTableWriter().Add(0, "leaf").Add(2, (byte)6).Add(3, new FlatTableWriter());
        for (var depth = 0; depth < 100; depth++)
            field = new FlatTableWriter().Add(0, "x").Add(2, (byte)12).Add(3, new FlatTableWriter()).Add(5, [field]);
        Refusal.Is(FailureKind.Data, () => Parse(Stream(Message(1, new FlatTableWriter().Add(1, [field])))), "nested deeper than 64");
    }

    [Fact]
    public void SchemaThatUnfoldsWithoutEnd_IsRefused()
    {
        Refusal.Is(FailureKind.Data, () => Parse(Stream(SharedChildren(40))), "unfold");
    }

    [Fact]
    public void MessageBeforeTheSchema_IsRefused() =>
        Refusal.Is(FailureKind.Data, () => Parse(Stream(Message(3, new FlatTableWriter()))), "first message is of type 3, not a schema");

    [Fact]
    public void SecondSchema_IsRefused()
    {
        var schema = Message(1, new FlatTableWriter());
        Refusal.Is(FailureKind.Data, () => Parse([.. Stream(schema)[..^8], .. Stream(schema)]), "a second schema");
    }

    [Fact]
    public void StreamWithoutSchema_IsRefused() =>
        Refusal.Is(FailureKind.Data, () => Parse([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), "ends before its schema");

    [Fact]
    public void TensorMessage_IsRefused() =>
        Refusal.Is(FailureKind.Data, () => Parse([.. Stream(Message(1, new FlatTableWriter()))[..^8], .. Stream(Message(4, new FlatTableWriter()))]), "type 4 (tensors)");

    [Fact]
    public void ShortColumn_IsRefused() =>
        Refusal.Is(FailureKind.Data, () => new TestFile([Ids.Field]).Add(5, Ids).Parse(), "test.arrow", "column 'id' (int64) has 3 values", "5 rows");

    [Fact]
    public void ShortBuffer_IsRefused() =>
        Refusal.Is(FailureKind.Data, () => TestFile.Open(Ids with { Buffers = [new byte[23]] }), "column 'id'", "23 bytes of values", "24 bytes");

    [Fact]
    public void ShortChild_IsRefused()
    {
        var list = TestArray.FixedList("x", 2, TestArray.Numbers<int>("item", [1, 2, 3, 4]));
        Refusal.Is(FailureKind.Data, () => new TestFile([list.Field]).Add(3, list with { Length = 3 }).Parse(), "column 'x.item'", "4 values", "6 values");
    }

    [Fact]
    public void MoreNullsThanValues_AreRefused() =>
        Refusal.Is(FailureKind.Data, () => Patched(batch => batch.Add(0, 3L).Add(1, [3, 4], 2).Add(2, [0, 0, 0, 24], 2)), "claims 3 values, 4 of them null");

    [Fact]
    public void BufferOutsideTheBody_IsRefused() =>
        Refusal.Is(FailureKind.Data, () => Patched(batch => batch.Add(0, 3L).Add(1, [3, 0], 2).Add(2, [0, 0, 8, long.MaxValue], 2)), "buffer 1 claims");

    [Fact]
    public void OtherNumbersOfNodesOrBuffers_AreRefused()
    {
        Refusal.Is(FailureKind.Data, () => Patched(batch => batch.Add(0, 0L).Add(1, [0, 0, 0, 0], 2)), "2 field nodes", "needs 1");
        Refusal.Is(FailureKind.Data, () => Patched(batch => batch.Add(0, 0L).Add(1, [0, 0], 2)), "0 buffers", "needs 2");
    }

    [Fact]
    public void UnknownCodec_IsRefused() =>
        Refusal.Is(FailureKind.Data, () => Patched(batch => batch.Add(0, 0L).Add(3, new FlatTableWriter().Add(0, (byte)7))), "codec 7");

    [Fact]
    public void RowsBeyondAnyCompression_AreRefused() =>
        Refusal.Is(FailureKind.Data, () => Patched(batch => batch.Add(0, 1L << 50).Add(3, new FlatTableWriter())), "claims 1,125,899,906,842,624 rows in a body of");

    [Fact]
    public void NegativeRows_AreRefused() =>
        Refusal.Is(FailureKind.Data, () => Patched(batch => batch.Add(0, -1L)), "claims -1 rows");

    [Fact]
    public void OverlappingBlocks_AreRefused()
    {
        var bytes = new TestFile([Ids.Field]) { Format = ArrowFormat.File }.Add(Ids).Add(Ids).ToBytes();
        var batches = Parse(bytes).Batches;
        // The second block of the footer is made the first one again, so often that together they exceed the file.
        var footerBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 10));
        var first = BitConverter.GetBytes(batches[0].Message.Offset);
        var blocks = bytes.AsSpan(bytes.Length - 10 - footerBytes).LastIndexOf(first) + bytes.Length - 10 - footerBytes;
        var block = bytes[blocks..(blocks + 24)];
        BitConverter.TryWriteBytes(bytes.AsSpan(blocks - 4), 8);
        byte[] more = [.. bytes[..blocks], .. Enumerable.Repeat(block, 8).SelectMany(one => one), .. BitConverter.GetBytes(footerBytes + (6 * 24)), .. "ARROW1"u8];
        Refusal.Is(FailureKind.Data, () => Parse(more), "overlaps another");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(1_000_000)]
    public void FooterOfAnotherLength_IsRefused(int footerBytes)
    {
        var bytes = new TestFile([Ids.Field]) { Format = ArrowFormat.File }.Add(Ids).ToBytes();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(bytes.Length - 10), footerBytes);
        Refusal.Is(FailureKind.Data, () => Parse(bytes), "the footer claims");
    }

    [Fact]
    public void FooterWithoutSchema_IsRefused()
    {
        var footer = new FlatTableWriter().Add(0, (short)4).ToBytes();
        Refusal.Is(FailureKind.Data, () => Parse([.. "ARROW1\0\0"u8, .. footer, .. BitConverter.GetBytes(footer.Length), .. "ARROW1"u8]), "footer has no schema");
    }

    [Fact]
    public void DictionaryReplacedInAFile_IsRefused()
    {
        var column = TestArray.Dictionary<byte>("label", 5, TestArray.Text("", []).Field, [0]);
        var file = new TestFile([column.Field]) { Format = ArrowFormat.File }
            .AddDictionary(5, false, TestArray.Text("", ["cat"])).Add(column).AddDictionary(5, false, TestArray.Text("", ["dog"]));
        Refusal.Is(FailureKind.Data, () => file.Parse(), "dictionary 5 is replaced");
    }

    [Fact]
    public void DictionaryOfNoColumn_IsRefused() =>
        Refusal.Is(FailureKind.Data, () => new TestFile([Ids.Field]).AddDictionary(7, false, TestArray.Text("", ["cat"])).Parse(), "dictionary 7 belongs to no column");

    [Fact]
    public void DictionarySharedByColumnsOfOtherTypes_IsRefused()
    {
        var text = TestArray.Dictionary<byte>("a", 5, TestArray.Text("", []).Field, [0]);
        var bytes = TestArray.Dictionary<byte>("b", 5, TestArray.Binary("", []).Field, [0]);
        Refusal.Is(FailureKind.Data, () => new TestFile([text.Field, bytes.Field]).Parse(), "dictionary 5 is utf8 for one column, binary for another");
    }

    [Fact]
    public void MissingColumn_NamesTheNearestAndAll()
    {
        using var file = TestFile.Open(Ids, TestArray.Struct("image", null, TestArray.Text("path", ["a", "b", "c"])));
        Refusal.Is(FailureKind.Invalid, () => file.BindValue("image.pth"), "test.arrow", "no column 'image.pth'; did you mean image.path? The file has id, image.path.");
        Refusal.Is(FailureKind.Invalid, () => file.BindTensor("mask", null, null), "no column 'mask'. The file has");
    }

    [Fact]
    public void ColumnNamedTwice_IsAmbiguous()
    {
        using var file = TestFile.Open(Ids, Ids);
        Refusal.Is(FailureKind.Invalid, () => file.BindTensor("id", null, null), "'id' is ambiguous");
    }

    [Theory]
    [InlineData(ArrowKind.Decimal, 128, 2)]
    [InlineData(ArrowKind.Date, 64, 2)]
    [InlineData(ArrowKind.Time, 64, 2)]
    [InlineData(ArrowKind.Timestamp, 64, 2)]
    [InlineData(ArrowKind.Duration, 64, 2)]
    [InlineData(ArrowKind.Interval, 32, 2)]
    [InlineData(ArrowKind.Null, 0, 0)]
    [InlineData(ArrowKind.Utf8View, 0, 3)]
    [InlineData(ArrowKind.BinaryView, 0, 3)]
    [InlineData(ArrowKind.SparseUnion, 0, 1)]
    [InlineData(ArrowKind.DenseUnion, 0, 2)]
    [InlineData(ArrowKind.Map, 0, 2)]
    [InlineData(ArrowKind.RunEndEncoded, 0, 0)]
    [InlineData(ArrowKind.ListView, 0, 3)]
    [InlineData(ArrowKind.LargeListView, 0, 3)]
    public void TypesThatAreNotRead_MayBePresentButNotBound(ArrowKind kind, int size, int bufferCount)
    {
        TestArray[] children = kind switch
        {
            ArrowKind.Map => [TestArray.Struct("entries", null, TestArray.Text("key", []), Ids)],
            ArrowKind.RunEndEncoded => [TestArray.Numbers<int>("run_ends", [3]), Ids],
            ArrowKind.SparseUnion or ArrowKind.DenseUnion => [Ids, TestArray.Text("text", ["a", "b", "c"])],
            ArrowKind.ListView or ArrowKind.LargeListView => [Ids],
            _ => [],
        };
        var hasValidity = kind is not (ArrowKind.SparseUnion or ArrowKind.DenseUnion or ArrowKind.RunEndEncoded or ArrowKind.Null);
        var field = new ArrowField { Name = "odd", Kind = kind, Size = size, Children = [.. children.Select(child => child.Field)] };
        var buffers = Enumerable.Range(0, bufferCount - (hasValidity ? 1 : 0)).Select(_ => new byte[64]).ToArray();
        var odd = new TestArray(field, 3, null, buffers, children) { HasValidity = hasValidity };
        using var file = TestFile.Open(odd, Ids);
        Assert.Equal([1L, 2L, 3L], file.ReadColumn<long>("id"));
        Refusal.Is(FailureKind.Invalid, () => file.BindValue("odd"), "'odd'", kind.Name(), "ids, groups and captions are");
        Refusal.Is(FailureKind.Invalid, () => file.BindTensor("odd", null, [1]), "'odd'", kind.Name(), "tensors are");
    }

    [Fact]
    public void UnionBeforeVersion5_HasAValidityBuffer()
    {
        var field = new ArrowField { Name = "odd", Kind = ArrowKind.SparseUnion, Children = [Ids.Field] };
        var odd = new TestArray(field, 3, null, [new byte[8]], Ids);
        using var file = new TestFile([field, Ids.Field]) { Version = 3 }.Add(odd, Ids).Parse();
        Assert.Equal([1L, 2L, 3L], file.ReadColumn<long>("id"));
    }

    [Fact]
    public void StreamBefore015_IsRead()
    {
        using var file = new TestFile([Ids.Field]) { IsLegacy = true, Version = 3 }.Add(Ids).Add(Ids).Parse();
        Assert.Equal([1L, 2L, 3L, 1L, 2L, 3L], file.ReadColumn<long>("id"));
    }

    [Fact]
    public void TensorsThatAColumnCannotHold_AreRefused()
    {
        using var file = TestFile.Open(
            Ids,
            TestArray.Text("caption", ["a", "b", "c"]),
            TestArray.Binary("latent", [[1], [2], [3]]),
            TestArray.List("tokens", [1, 1, 1], TestArray.Numbers<int>("item", [1, 2, 3])),
            TestArray.List("blobs", [1, 1, 1], TestArray.Binary("item", [[1], [2], [3]])),
            TestArray.FixedList("image", 4, TestArray.Numbers("item", new byte[12])),
            TestArray.List("mixed", [1, 1, 1], TestArray.FixedList("item", 4, TestArray.Numbers("item", new byte[12]))),
            new TestArray(new ArrowField { Name = "none", Kind = ArrowKind.FixedSizeList, Children = [Ids.Field] }, 3, null, [], Ids));
        void Refused(string column, ElementType? stored, ImmutableArray<int>? shape, string problem) =>
            Refusal.Is(FailureKind.Invalid, () => file.BindTensor(column, stored, shape), "test.arrow", $"'{column}'", problem);

        Refused("id", ElementType.Int32, null, "elements are int64, not int32; only raw bytes are declared");
        Refused("caption", null, [1], "tensors are numbers, bools, lists of them, or raw bytes in a binary column; texts must be encoded as the integers that the model was trained with");
        Refused("latent", null, [1], "raw bytes need a declared element type");
        Refused("latent", ElementType.UInt8, null, "declare their shape");
        Refused("tokens", null, null, "declare their shape");
        Refused("tokens", null, [2, 0], "dimension below 1");
        Refused("tokens", null, [65536, 65536], "2 GiB");
        Refused("blobs", ElementType.UInt8, [1], "lists of binary");
        Refused("image", null, [3, 3], "holds 4 elements; shape [3,3] needs 9");
        Refused("mixed", null, [2, 3], "lists at depth 2 have 4 elements; shape [2,3] needs 3");
        Refused("none", null, null, "hold no elements");
    }

    [Theory]
    [InlineData(ArrowFormat.File, false)]
    [InlineData(ArrowFormat.Stream, false)]
    [InlineData(ArrowFormat.Stream, true)]
    public void FileTruncatedAnywhere_IsReadOrRefused(ArrowFormat format, bool isLegacy)
    {
        var text = TestArray.Text("caption", ["a", null, "ccc"]);
        var bytes = new TestFile([Ids.Field, text.Field]) { Format = format, IsLegacy = isLegacy }.Add(Ids, text).Add(Ids, text).ToBytes();
        for (var length = 0; length < bytes.Length; length++)
        {
            var truncated = bytes[..length];
            try
            {
                using var file = ArrowFile.Parse(truncated, "test.arrow");
                Assert.Equal(ArrowFormat.Stream, format);
                Assert.Contains(file.RowCount, new HashSet<long> { 0, 3, 6 });
                Assert.Equal(file.RowCount, file.ReadColumn<long>("id").Length);
            }
            catch (MirroredException failure)
            {
                Assert.Equal(FailureKind.Data, failure.Kind);
                Assert.StartsWith("test.arrow", failure.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void MissingCodecLibrary_IsNamed()
    {
        Refusal.Is(FailureKind.Unavailable, () => throw Lz4.Missing(new DllNotFoundException()), "LZ4", "liblz4.so.1", "install");
        Refusal.Is(FailureKind.Unavailable, () => throw Zstd.Missing(new DllNotFoundException()), "Zstd", "libzstd.so.1", "install");
    }

    [Fact]
    public void TruncatedStream_SaysHowMuchIsMissing()
    {
        var bytes = TestFile.Of(Ids).ToBytes();
        Refusal.Is(FailureKind.Data, () => Parse(bytes[..^20]), "are left; the file is truncated");
    }

    private static ArrowFile Parse(byte[] bytes) => ArrowFile.Parse(bytes, "test.arrow");

    /// <summary>A stream of one int64 column and a record batch with this header and a body of 24 bytes.</summary>
    private static ArrowFile Patched(Func<FlatTableWriter, FlatTableWriter> header)
    {
        var schema = TestFile.Of(Ids with { Length = 0, Buffers = [[]] }).ToBytes();
        var schemaBytes = 8 + BinaryPrimitives.ReadInt32LittleEndian(schema.AsSpan(4));
        var body = new byte[24];
        var message = new FlatTableWriter().Add(0, (short)4).Add(1, (byte)3).Add(2, header(new FlatTableWriter())).Add(3, (long)body.Length).ToBytes();
        return Parse([.. schema[..schemaBytes], .. Stream(message)[..^8], .. body]);
    }

    /// <summary>A schema of structs in structs, each with two children that are one and the same: 2^depth fields.</summary>
    private static byte[] SharedChildren(int depth)
    {
        const int fieldVtable = 52;
        const int typeVtable = 68;
        const int firstField = 72;
        const int fieldBytes = 32;
        var bytes = new byte[firstField + (fieldBytes * depth)];
        void Short(int place, params ReadOnlySpan<short> values)
        {
            foreach (var value in values)
            {
                BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(place), value);
                place += 2;
            }
        }

        void Offset(int place, int target) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(place), target - place);
        void Int(int place, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(place), value);

        Offset(0, 16);
        Short(4, 10, 12, 4, 6, 8);                       // vtable of the message: version, type, header
        Int(16, 12);
        Short(20, 4, 1);
        Offset(24, 36);
        Short(28, 8, 8, 0, 4);                           // vtable of the schema: fields
        Int(36, 8);
        Offset(40, 44);
        Int(44, 1);
        Offset(48, firstField);
        Short(fieldVtable, 16, 16, 0, 0, 4, 8, 0, 12);   // type code, type, children
        Short(typeVtable, 4, 4);
        for (var field = firstField; field < bytes.Length; field += fieldBytes)
        {
            var isLast = field + fieldBytes == bytes.Length;
            Int(field, field - fieldVtable);
            bytes[field + 4] = 13;
            Offset(field + 8, field + 16);
            Offset(field + 12, field + 20);
            Int(field + 16, field + 16 - typeVtable);
            Int(field + 20, isLast ? 0 : 2);
            Offset(field + 24, isLast ? field + 24 : field + fieldBytes);
            Offset(field + 28, isLast ? field + 28 : field + fieldBytes);
        }

        return bytes;
    }

    private static byte[] Message(byte type, FlatTableWriter header) =>
        new FlatTableWriter().Add(0, (short)4).Add(1, type).Add(2, header).ToBytes();

    private static byte[] Stream(byte[] message) =>
        [0xff, 0xff, 0xff, 0xff, .. BitConverter.GetBytes(message.Length), .. message, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
}
