using MirroredInfluence.Arrow;

namespace MirroredInfluence.Storage.Tests;

/// <summary>A file of 24 MB, of which a few bytes a row are wanted or all of them.</summary>
public sealed class RemoteFileTests : IDisposable
{
    private const int RowCount = 240, WideBytes = 100_000;

    private readonly TemporaryFolder _folder = new();
    private readonly SemaphoreSlim _downloads = new(2);
    private readonly CountingStore _store;

    public RemoteFileTests()
    {
        _store = new CountingStore(_folder.Path);
        using var file = File.Create(_folder.File("rows.arrow"));
        var (wide, id) = (new TensorColumnWriter("wide", ElementType.UInt8, [WideBytes]), new TensorColumnWriter("id", ElementType.Int64));
        var writer = new ArrowWriter(file, [wide, id]);
        for (var row = 0; row < RowCount; row++)
        {
            wide.AppendRows<byte>(Wide(row));
            id.Append((long)row);
            if (row % 10 == 9)
                writer.WriteBatch();
        }

        writer.Complete();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _downloads.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task RowsOfAFileLargerThanTheCache_AreRight()
    {
        var cacheBytes = 12 << 20;
        using var file = await OpenAsync(new ObjectCache(_folder.File("cache"), cacheBytes, TimeProvider.System));
        for (var pass = 0; pass < 2; pass++)
            Assert.Equal(RowCount, RightRows(file));
        Assert.InRange(new DirectoryInfo(_folder.File("cache")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(entry => entry.Length), 4 << 20, cacheBytes);
    }

    [Fact]
    public async Task AnotherProcess_ReadsFromTheCache()
    {
        var cache = new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System);
        using (var first = await OpenAsync(cache))
            Assert.Equal(RowCount, RightRows(first));
        var readBytes = _store.ReadBytes;
        using (var second = await OpenAsync(new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System)))
            Assert.Equal(RowCount, RightRows(second));
        Assert.InRange(_store.ReadBytes - readBytes, 0, 2 << 20);   // the metadata
    }

    [Theory]
    [InlineData(null)]
    [InlineData("rows.arrow/no-folder")]
    public async Task WithoutADiskThatTakesIt_RowsComeThroughMemory(string? cacheFolder)
    {
        using var file = await OpenAsync(new ObjectCache(cacheFolder is null ? null : _folder.File(cacheFolder), long.MaxValue, TimeProvider.System));
        Assert.Equal(RowCount, RightRows(file));
    }

    [Fact]
    public async Task ACacheThatOthersEmpty_ChangesNothing()
    {
        var cache = new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System);
        using var file = await OpenAsync(cache);
        using var stop = new CancellationTokenSource();
        var emptying = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var entry in Directory.Exists(_folder.File("cache")) ? Directory.EnumerateFiles(_folder.File("cache"), "*-*", SearchOption.AllDirectories) : [])
                    File.Delete(entry);
            }
        }, Cancel);
        for (var pass = 0; pass < 3; pass++)
            Assert.Equal(RowCount, RightRows(file));
        await stop.CancelAsync();
        await emptying;
    }

    [Fact]
    public async Task AFileThatChanges_IsRefused()
    {
        using var file = await OpenAsync(new ObjectCache(_folder.File("cache"), long.MaxValue, TimeProvider.System));
        using (var changed = File.OpenWrite(_folder.File("rows.arrow")))
            changed.SetLength(changed.Length - 1);
        var refusal = Assert.Throws<MirroredException>(() => RightRows(file));
        Assert.Equal(FailureKind.Data, refusal.Kind);
        Assert.Contains("rows.arrow: changed since this run began to read it", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("In a store, an upload of the same bytes is another version, too: begin the run anew in another directory", refusal.Message, StringComparison.Ordinal);
    }

    private static byte[] Wide(int row) => [.. Enumerable.Range(0, WideBytes).Select(i => (byte)((i * 7) + row))];

    private static unsafe int RightRows(ArrowFile file)
    {
        var rightCount = 0;
        using var scan = new RowScan(file, [file.BindTensor("wide", null, null)], 0, file.RowCount, 7);
        while (scan.MoveNext())
        {
            for (var slot = 0; slot < scan.RowCount; slot++)
                rightCount += new ReadOnlySpan<byte>((void*)scan.RowPointers(0)[slot], WideBytes).SequenceEqual(Wide((int)scan.RowStart + slot)) ? 1 : 0;
        }

        return rightCount;
    }

    private async Task<ArrowFile> OpenAsync(ObjectCache cache)
    {
        var version = (await _store.TryGetVersionAsync("rows.arrow", Cancel))!.Value;
        return ArrowFile.Open(new RemoteFile(_store, "rows.arrow", version, cache, _downloads, Cancel));
    }
}
