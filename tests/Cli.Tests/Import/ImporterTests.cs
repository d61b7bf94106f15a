using System.IO.Compression;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Cli.Tests.Import;

public sealed class ImporterTests : IDisposable
{
    private const int RowCount = 10;

    private readonly TemporaryFolder _folder = new();
    private readonly string _images;
    private readonly string _labels;

    public ImporterTests()
    {
        _images = _folder.Write("images.gz", Sources.Gzip(Sources.Idx([RowCount, 2, 2], [.. Enumerable.Range(0, 4 * RowCount).Select(i => (byte)i)])));
        _labels = _folder.Write("labels", Sources.Idx([RowCount], [.. Enumerable.Range(0, RowCount).Select(i => (byte)(i % 3))]));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("file", "none")]
    [InlineData("file", "lz4")]
    [InlineData("stream", "none")]
    [InlineData("stream", "zstd")]
    public async Task Rows_AreReadBackAsTheyWere(string format, string compression)
    {
        await ImportAsync(
            $"image={_images}", $"label={_labels}", "--id", "id", "--caption", "label=Shirt,Coat,Bag", "--text", "query={caption}-{id}",
            "--format", format, "--compression", compression, "--record-batch-rows", "3", "--out", _folder.File("out.arrow"));

        using var file = ArrowFile.Open(_folder.File("out.arrow"));
        Assert.Equal(format == "file" ? ArrowFormat.File : ArrowFormat.Stream, file.Format);
        Assert.Equal([3, 3, 3, 1], file.RecordBatches.Select(batch => (int)batch.RowCount));
        Assert.All(file.RecordBatches, batch => Assert.Equal(compression == "none", batch.Compression == BodyCompression.None));
        Assert.Equal(
            ["image: fixed_size_list<fixed_size_list<uint8>[2]>[2]", "label: uint8", "id: int64", "caption: utf8", "query: utf8"],
            file.Schema.Fields.Select(field => $"{field.Name}: {field.TypeName}"));
        Assert.Equal(Enumerable.Range(0, 4 * RowCount).Select(i => (byte)i), file.ReadColumn<byte>("image"));
        Assert.Equal(Enumerable.Range(0, RowCount).Select(i => (long)i), file.ReadColumn<long>("id"));
        Assert.Equal("Coat-7", file.ReadTexts("query")[7]);
    }

    [Fact]
    public async Task Shards_HoldEveryRowOnce_AsEvenlyAsMayBe()
    {
        await ImportAsync(_labels, "--id", "id", "--shards", "3", "--out", _folder.File("train"));

        long[][] ids = [.. Enumerable.Range(0, 3).Select(shard => Ids($"train-0000{shard}.arrow"))];
        Assert.Equal([[0, 1, 2], [3, 4, 5], [6, 7, 8, 9]], ids);
    }

    [Fact]
    public async Task ShardRows_LeaveTheRestToTheLastShard()
    {
        await ImportAsync(_labels, "--id", "id", "--shard-rows", "4", "--out", _folder.File("train"));

        Assert.Equal([8, 9], Ids("train-00002.arrow"));
    }

    [Fact]
    public async Task SelectedRows_KeepTheirIndexAndTheirValues()
    {
        await ImportAsync($"image={_images}", "--rows", "8,2..3", "--id", "id", "--out", _folder.File("some.arrow"));

        using var file = ArrowFile.Open(_folder.File("some.arrow"));
        Assert.Equal([2, 3, 8], file.ReadColumn<long>("id"));
        Assert.Equal([8, 9, 10, 11, 12, 13, 14, 15, 32, 33, 34, 35], file.ReadColumn<byte>("image"));
    }

    [Fact]
    public async Task NullsOfACsv_AreNull()
    {
        var csv = _folder.Write("t.csv", "a,b\n1,x\n,y\n");

        await ImportAsync(csv, "--out", _folder.File("t.arrow"));

        using var file = ArrowFile.Open(_folder.File("t.arrow"));
        var column = file.BindValue("a");
        Assert.Equal([RowValue.Of(1L), RowValue.Null], [column.Get(0), column.Get(1)]);
    }

    [Fact]
    public async Task CaptionNames_MayComeFromAFile()
    {
        var names = _folder.Write("names.txt", "T-shirt/top\nTrouser, long\nBag\n");

        await ImportAsync($"label={_labels}", "--caption", $"label={names}", "--out", _folder.File("t.arrow"));

        using var file = ArrowFile.Open(_folder.File("t.arrow"));
        Assert.Equal("Trouser, long", file.ReadTexts("caption")[1]);
    }

    [Theory]
    [InlineData("labels --out out --rows 5..10", "--rows: 10 is past the last row; labels holds rows 0 to 9.")]
    [InlineData("labels --out out --shards 11", "--shards: 11 files need at least as many rows; 10 are selected.")]
    [InlineData("labels --out out.arrow --shards 2", "--out out.arrow: is one file, but 2 are to be written; leave '.arrow' off and their numbers are added.")]
    [InlineData("labels --out out --shards 2 --shard-rows 5", "--shards and --shard-rows say the same in two ways; give one.")]
    [InlineData("labels images.gz:x --out out", "images.gz: holds one array; ':x' is for an array of an npz or columns of a CSV.")]
    [InlineData("a=labels a=labels --out out", "two columns would be called 'a'; rename one: NAME=FILE.")]
    [InlineData("labels short --out out", "short has 3 rows, labels has 10; sources side by side need the same rows.")]
    [InlineData("label=labels --caption lable=a,b --out out", "--caption: no column 'lable'; expected one of label; did you mean label?")]
    [InlineData("image=images.gz --caption image=a,b --out out", "--caption: column 'image' does not hold integers, one a row, so it cannot count names.")]
    [InlineData("image=images.gz --text x={image} --out out", "--text x={image}: column 'image' holds a [2, 2] array a row, which is no text.")]
    [InlineData("image=images.gz --text x={image --out out", "--text x={image: '{' is never closed.")]
    [InlineData("image=images.gz --text x --out out", "--text x: expected NAME=TEMPLATE, such as query=leak-{id}.")]
    public async Task ImpossibleImport_IsRefused(string arguments, string message)
    {
        _folder.Write("short", Sources.Idx([3], 1, 2, 3));

        var outcome = await BuiltCommand.RunAsync(_folder.Path, ["import", .. arguments.Split(' ')]);

        Assert.Equal(new CommandOutcome(2, "", $"mirrored: {message}\n"), outcome);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "out*"));
    }

    [Fact]
    public async Task LabelWithoutAName_IsRefusedAtItsRow_AndNoFileIsKept()
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, "import", "label=labels", "--caption", "label=Shirt,Coat", "--shards", "5", "--out", "out");

        Assert.Equal(new CommandOutcome(3, "", "mirrored: row 2: label is 2, but --caption lists 2 names: 0 to 1.\n"), outcome);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "out*"));
    }

    [Fact]
    public async Task ShardsLeftOver_AreNotMixedWithNewOnes()
    {
        _folder.Write("out-00007.arrow", "from an earlier import");

        var outcome = await BuiltCommand.RunAsync(_folder.Path, "import", "labels", "--out", "out");

        Assert.Equal(new CommandOutcome(2, "", "mirrored: out-00007.arrow: exists already. Remove it (and its like), or choose another --out.\n"), outcome);
    }

    [Fact]
    public async Task EmptySource_IsRefused()
    {
        _folder.Write("none.npy", Sources.Npy("|u1", "0, 3", []));

        var outcome = await BuiltCommand.RunAsync(_folder.Path, "import", "none.npy", "--out", "out");

        Assert.Equal(new CommandOutcome(3, "", "mirrored: none.npy: holds no rows.\n"), outcome);
    }

    [Fact]
    public async Task ArraysOfAnNpz_AreImportedSideBySide()
    {
        var npz = _folder.Write("t.npz", Sources.Npz(
            CompressionLevel.Optimal, ("x", Sources.Npy("<f4", "2, 3", new byte[24])), ("y", Sources.Npy("|b1", "2,", [1, 0]))));

        await ImportAsync(npz, "--out", _folder.File("t.arrow"));

        using var file = ArrowFile.Open(_folder.File("t.arrow"));
        Assert.Equal(["x: fixed_size_list<float32>[3]", "y: bool"], file.Schema.Fields.Select(field => $"{field.Name}: {field.TypeName}"));
        Assert.Equal([RowValue.Of(true), RowValue.Of(false)], [file.BindValue("y").Get(0), file.BindValue("y").Get(1)]);
    }

    private async Task ImportAsync(params string[] arguments)
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, ["import", .. arguments]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
    }

    private long[] Ids(string name)
    {
        using var file = ArrowFile.Open(_folder.File(name));
        return file.ReadColumn<long>("id");
    }
}
