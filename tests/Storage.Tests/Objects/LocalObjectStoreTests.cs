using System.Text;

namespace MirroredInfluence.Storage.Tests;

public sealed class LocalObjectStoreTests : StoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalObjectStore _store;

    public LocalObjectStoreTests() => _store = new LocalObjectStore(_folder.Path);

    public void Dispose() => _folder.Dispose();

    private protected override IObjectStore Open() => new LocalObjectStore(_folder.Path);

    [Fact]
    public async Task AWriterThatFails_LeavesNoFile()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _store.PutIfAbsentAsync("parts/1", _ => throw new InvalidOperationException(), Cancel));
        Assert.Empty(Directory.GetFiles(_folder.File("parts")));
    }

    [Fact]
    public async Task AnObject_IsItsOwnFile()
    {
        await _store.PutAsync("result.json", Writes("{}"), Cancel);
        Assert.Equal(_folder.File("result.json"), await _store.GetFileAsync("result.json", Cancel));
    }

    [Fact]
    public async Task AFolderThatCannotBeRead_IsNotAnEmptyOne()
    {
        Assert.Empty(await _store.ListAsync("runs/", Cancel).ToArrayAsync(Cancel));

        var below = new LocalObjectStore(Path.Combine(_folder.Write("file", ""), "ledger"));
        var exception = await Assert.ThrowsAsync<MirroredException>(async () => await below.ListAsync("runs/", Cancel).ToArrayAsync(Cancel));
        Assert.Equal(FailureKind.Unavailable, exception.Kind);
        Assert.StartsWith($"{_folder.File("file/ledger/runs")}: could not be read: ", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>/dev/full refuses every write as a full disk does.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(10_000_000)]
    public async Task AFullDisk_IsUnavailableNamingPathAndBytesAndLosesNothing(int bytes)
    {
        await _store.PutIfAbsentAsync("parts/1", Writes("finished"), Cancel);
        var full = new LocalObjectStore(_folder.Path, new AtomicFile(path =>
        {
            File.WriteAllBytes(path, new byte[7]);
            return new FileStream("/dev/full", FileMode.Open, FileAccess.Write);
        }));
        foreach (var put in new Func<Task>[] { () => full.PutIfAbsentAsync("parts/2", stream => stream.Write(new byte[bytes]), Cancel), () => full.PutAsync("parts/1", stream => stream.Write(new byte[bytes]), Cancel) })
        {
            var exception = await Assert.ThrowsAsync<MirroredException>(put);
            Assert.Equal(FailureKind.Unavailable, exception.Kind);
            Assert.Matches(@"/parts/[12]: writing stopped after 7 bytes: No space left on device.* Free some space, then run again: what is finished is kept\.$", exception.Message);
        }

        Assert.Equal([_folder.File("parts/1")], Directory.GetFiles(_folder.File("parts")));
        Assert.Equal("finished", Encoding.UTF8.GetString((await _store.GetAsync("parts/1", Cancel))!));
        Assert.True(await _store.PutIfAbsentAsync("parts/2", Writes("again"), Cancel));
    }

    [Fact]
    public async Task ObjectReplacedByManyAtOnce_IsAlwaysOneOfTheirs()
    {
        await Task.WhenAll(Enumerable.Range(1, 4).Select(writer => Task.Run(
            async () =>
            {
                for (var i = 0; i < 200; i++)
                    await _store.PutAsync("beat", stream => stream.Write(Enumerable.Repeat((byte)writer, 1000).ToArray()), Cancel);
            },
            Cancel)));
        var kept = await _store.GetAsync("beat", Cancel);
        Assert.Equal(1000, kept!.Length);
        Assert.Single(kept.Distinct());
    }

    [Fact]
    public async Task AFolderThatIsAFile_IsUnavailable()
    {
        File.WriteAllText(_folder.File("parts"), "");
        Assert.Equal(FailureKind.Unavailable, (await Assert.ThrowsAsync<MirroredException>(() => _store.PutIfAbsentAsync("parts/1", Writes("x"), Cancel))).Kind);
    }

    [Fact]
    public async Task ATemporaryFileOfAKilledWriter_IsInNobodysWay()
    {
        Directory.CreateDirectory(_folder.File("parts"));
        File.WriteAllText(_folder.File("parts/.1.0.tmp"), "half a pa");
        Assert.True(await _store.PutIfAbsentAsync("parts/1", Writes("whole"), Cancel));
        Assert.Equal(["parts/1"], await List("parts/"));
        Assert.True(File.Exists(_folder.File("parts/.1.0.tmp")));
    }

    [Fact]
    public void ManyThreads_CommitEachObjectOnce()
    {
        const int Keys = 50, Threads = 8;
        var winners = new int[Keys];
        using var start = new Barrier(Threads);
        var threads = Enumerable.Range(1, Threads).Select(writer => new Thread(() =>
        {
            var store = new LocalObjectStore(_folder.Path);
            for (var key = 0; key < Keys; key++)
            {
                start.SignalAndWait();
                if (store.PutIfAbsentAsync($"parts/{key}", stream => stream.Write(Enumerable.Repeat((byte)writer, 20_000).ToArray()), Cancel).Result)
                    Assert.Equal(0, Interlocked.Exchange(ref winners[key], writer));
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        for (var key = 0; key < Keys; key++)
            Assert.Equal(Enumerable.Repeat((byte)winners[key], 20_000), File.ReadAllBytes(_folder.File($"parts/{key}")));
        Assert.Equal(Keys, Directory.GetFiles(_folder.File("parts")).Length);
    }

    /// <summary>The test program itself is the other process: see <see cref="CommittingProcess"/>.</summary>
    [Fact]
    public void ManyProcesses_CommitEachObjectOnce()
    {
        var processes = Enumerable.Range(1, 3).Select(writer => CommittingProcess.Start(_folder.Path, writer)).ToList();
        var won = processes.Select(process =>
        {
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }).ToList();
        Assert.Equal(Enumerable.Range(0, CommittingProcess.KeyCount).Select(key => $"parts/{key}").Order(StringComparer.Ordinal), won.SelectMany(keys => keys).Order(StringComparer.Ordinal));
        foreach (var (writer, keys) in won.Index())
            Assert.All(keys, key => Assert.All(File.ReadAllBytes(_folder.File(key)), value => Assert.Equal(writer + 1, value)));
    }
}
