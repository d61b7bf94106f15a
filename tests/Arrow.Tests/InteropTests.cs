using System.Diagnostics;
using System.Text.Json;

namespace MirroredInfluence.Arrow.Tests;

/// <summary>Both directions with npm's apache-arrow (tests/Arrow.Tests/interop): it reads what we write, and we read what it writes.</summary>
public sealed class InteropTests : IDisposable
{
    private static readonly string Script = Path.Combine(Repository.Root, "tests", "Arrow.Tests", "interop", "interop.mjs");

    private readonly string _folder = Directory.CreateTempSubdirectory("arrow-interop").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FilesOfTheOtherImplementation_AreRead()
    {
        Run("write", _folder);
        var paths = Directory.GetFiles(_folder);
        Assert.Equal(4, paths.Length);
        foreach (var path in paths)
        {
            using var file = ArrowFile.Open(path);
            Assert.Equal(path.EndsWith(".file", StringComparison.Ordinal) ? ArrowFormat.File : ArrowFormat.Stream, file.Format);
            Assert.Equal(10, file.RowCount);
            Assert.Equal(path.Contains("plain", StringComparison.Ordinal) ? 1 : 3, file.RecordBatches.Count);
            AssertValues(file);
            AssertTensors(file);
            Refusal.Is(FailureKind.Invalid, () => file.BindValue("view"), "utf8_view");
            Refusal.Is(FailureKind.Invalid, () => file.BindValue("time"), "timestamp");
            Refusal.Is(FailureKind.Invalid, () => file.BindValue("map"), "map");
        }
    }

    [Theory]
    [InlineData(ArrowFormat.File, BodyCompression.None)]
    [InlineData(ArrowFormat.Stream, BodyCompression.None)]
    [InlineData(ArrowFormat.File, BodyCompression.Lz4Frame)]
    [InlineData(ArrowFormat.Stream, BodyCompression.Lz4Frame)]
    public void OurFiles_AreReadByTheOtherImplementation(ArrowFormat format, BodyCompression compression)
    {
        var path = Path.Combine(_folder, "ours");
        using (var stream = File.Create(path))
        {
            var id = new TensorColumnWriter("id", ElementType.UInt64);
            var image = new TensorColumnWriter("image", ElementType.UInt8, [2, 3]);
            var loss = new TensorColumnWriter("loss", ElementType.Float32, nullable: true);
            var mask = new TensorColumnWriter("mask", ElementType.Bool);
            var caption = new TextColumnWriter("caption", nullable: true);
            var key = new BinaryColumnWriter("key");
            var writer = new ArrowWriter(stream, [id, image, loss, mask, caption, key], format, compression, new Dictionary<string, string> { ["by"] = "us" });
            for (var row = 0; row < 300; row++)
            {
                id.Append(ulong.MaxValue - (ulong)row);
                image.AppendRows<byte>([(byte)row, 1, 2, 3, 4, 5]);
                if (row % 3 == 0)
                    loss.AppendNull();
                else
                    loss.Append(row / 4f);
                mask.Append(row % 5 == 0);
                caption.Append(row % 4 == 0 ? null : $"row {row} €");
                key.Append([(byte)row, 7]);
                if (row % 128 == 127)
                    writer.WriteBatch();
            }

            writer.Complete();
        }

        var rows = JsonDocument.Parse(Run("read", path)).RootElement;
        Assert.Equal(300, rows.GetArrayLength());
        for (var row = 0; row < 300; row++)
        {
            var loss = row % 3 == 0 ? "null" : FormattableString.Invariant($"{row / 4f}");
            var caption = row % 4 == 0 ? "null" : $"\"row {row} €\"";
            Assert.Equal(
                $$"""{"id":"{{ulong.MaxValue - (ulong)row}}","image":[[{{row % 256}},1,2],[3,4,5]],"loss":{{loss}},"mask":{{(row % 5 == 0 ? "true" : "false")}},"caption":{{caption}},"key":[{{row % 256}},7]}""",
                rows[row].GetRawText());
        }
    }

    private static void AssertValues(ArrowFile file)
    {
        var expected = new Dictionary<string, Func<int, RowValue>>
        {
            ["bool"] = row => RowValue.Of(row % 3 == 0),
            ["int8"] = row => RowValue.Of((long)-row),
            ["int16"] = row => RowValue.Of(-300L * row),
            ["int32"] = row => RowValue.Of(-70000L * row),
            ["int64"] = row => RowValue.Of(-1_000_000_000_000 * row),
            ["uint8"] = row => RowValue.Of(200L + row),
            ["uint16"] = row => RowValue.Of(60_000L + row),
            ["uint32"] = row => RowValue.Of(4_000_000_000 + row),
            ["uint64"] = row => RowValue.Of(18_000_000_000_000_000_000 + (ulong)row),
            ["float32"] = row => RowValue.Of(row / 4.0),
            ["float64"] = row => RowValue.Of(row / 3.0),
            ["utf8"] = row => RowValue.Of($"row {row} €"),
            ["large_utf8"] = row => RowValue.Of($"row {row} €"),
            ["binary"] = row => RowValue.Of([(byte)row, (byte)(row + 1)]),
            ["large_binary"] = row => RowValue.Of([(byte)row, (byte)(row + 1)]),
            ["fixed_binary"] = row => RowValue.Of([(byte)row, (byte)(row + 1)]),
            ["image.bytes"] = row => RowValue.Of([(byte)row, (byte)row, (byte)row]),
            ["image.path"] = row => RowValue.Of($"{row}.png"),
            ["label"] = row => RowValue.Of((row % 3) switch { 0 => "cat", 1 => "dog", _ => "eel" }),
        };
        foreach (var (name, value) in expected.Where(pair => pair.Key != "label" || file.Schema.Fields.Any(field => field.Name == "label")))
        {
            var column = file.BindValue(name);
            for (var row = 0; row < 10; row++)
                Assert.Equal(row % 4 == 3 ? RowValue.Null : value(row), column.Get(row));
        }
    }

    private static void AssertTensors(ArrowFile file)
    {
        var columns = new[]
        {
            file.BindTensor("fixed_list", null, null),
            file.BindTensor("nested", null, [2, 2]),
            file.BindTensor("image.bytes", ElementType.UInt8, [3]),
        };
        var (rows, reasons) = Scans.Read(file, columns, 0, 10, 4);
        for (var row = 0; row < 10; row++)
        {
            Assert.Equal(row % 4 == 3 ? UnscorableReason.Null : UnscorableReason.None, reasons[row]);
            if (row % 4 == 3)
                continue;
            Assert.Equal([row, row + 0.5f, row + 1], Scans.As<float>(rows[row][0]));
            Assert.Equal([(byte)row, 1, 2, 3], Scans.As<byte>(rows[row][1]));
            Assert.Equal([(byte)row, (byte)row, (byte)row], Scans.As<byte>(rows[row][2]));
        }

        Assert.Equal(
            Enumerable.Range(0, 10).Select(row => row switch { 0 => UnscorableReason.WrongLength, 3 or 7 => UnscorableReason.Null, _ => UnscorableReason.None }),
            Scans.Read(file, file.BindTensor("list", null, [2])).Reasons);
    }

    private static string Run(params string[] arguments)
    {
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(Path.GetDirectoryName(Script)!, "node_modules", "apache-arrow")),
            "tests/Arrow.Tests/interop/node_modules is absent (make setup installs it): files were not exchanged with apache-arrow.");
        using var node = Process.Start(new ProcessStartInfo("node", [Script, .. arguments]) { RedirectStandardOutput = true })!;
        var output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.Equal(0, node.ExitCode);
        return output;
    }
}
