using System.Text;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Storage.Tests;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalObjectStore _store;

    public RunDirectoryTests() => _store = new LocalObjectStore(_folder.Path);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheSameRun_GoesOnAndKeepsItsManifest()
    {
        await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        var first = File.ReadAllText(_folder.File("run.json"));
        var moved = RunManifest.Create(Samples.Manifest.Spec with { Compute = new ComputeSpec { Lanes = 3 } }, Samples.Manifest.Inputs, "2.0");
        var directory = await RunDirectory.CreateOrOpenAsync(_store, moved, Cancel);
        Assert.Equal(3, directory.Manifest.Spec.Compute.Lanes);
        Assert.Equal(first, File.ReadAllText(_folder.File("run.json")));
        Assert.Equal(Samples.Manifest.Run, (await RunDirectory.OpenAsync(_store, Cancel)).Manifest.Run);
    }

    [Fact]
    public async Task AnotherRun_IsRefusedNamingWhatDiffers()
    {
        await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        var spec = Samples.Manifest.Spec;
        var other = RunManifest.Create(spec with { Ascent = spec.Ascent with { LearningRate = 0.1 } }, Samples.Manifest.Inputs, "1.0");
        var exception = await Assert.ThrowsAsync<MirroredException>(() => RunDirectory.CreateOrOpenAsync(_store, other, Cancel));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.Equal($"{_folder.File("run.json")}: found another run: spec.ascent.learningRate: 0.005, here 0.1. Choose another directory with --out, or delete this one if its run is not wanted any more.", exception.Message);
    }

    [Fact]
    public async Task AFolderWithoutARun_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<MirroredException>(() => RunDirectory.OpenAsync(_store, Cancel));
        Assert.Equal((FailureKind.Invalid, $"{_folder.File("run.json")}: not found; expected the directory of a run that was begun. What a cluster was given, `mirrored watch` shows."), (exception.Kind, exception.Message));
    }

    [Fact]
    public async Task TheFirstPlan_IsKept()
    {
        var directory = await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        Assert.Null(await directory.TryGetPlanAsync(Cancel));
        await directory.PutPlanAsync(Samples.Plan, Cancel);
        var kept = await directory.PutPlanAsync(RunPlan.Cut(Samples.Plan.Files, 8, 8), Cancel);
        Assert.Equal(Samples.Plan.Shards, kept.Shards);
        Assert.Equal(Samples.Plan.Files, kept.Files);
    }

    [Fact]
    public async Task APlanOfOtherFiles_IsRefused()
    {
        var directory = await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        var files = Samples.Plan.Files;
        var other = RunPlan.Cut([files[0], files[1], files[2] with { Digest = "other" }], 32, 8);
        Assert.Equal(FailureKind.Data, (await Assert.ThrowsAsync<MirroredException>(() => directory.PutPlanAsync(other, Cancel))).Kind);
    }

    [Fact]
    public async Task APlanThatLeavesRowsOut_IsRefused()
    {
        var directory = await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        var files = Samples.Plan.Files;
        var shorter = RunPlan.Cut([files[0], files[1], files[2] with { RowCount = 39 }], 32, 8);
        Assert.Equal(FailureKind.Data, (await Assert.ThrowsAsync<MirroredException>(() => directory.PutPlanAsync(shorter, Cancel))).Kind);
    }

    [Fact]
    public async Task FinishedShards_AreListedWhenARunGoesOn()
    {
        var directory = await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        Assert.Empty(await ListParts(directory));
        foreach (var shard in new[] { Samples.Plan.Shards[3], Samples.Plan.Shards[0] })
            Assert.True(await directory.PutPartAsync(Samples.Part(shard), shard, Cancel));
        File.WriteAllText(_folder.File("parts/.00000002.arrow.0.tmp"), "half a part");
        File.WriteAllText(_folder.File("parts/notes.txt"), "");
        var again = await RunDirectory.OpenAsync(_store, Cancel);
        Assert.Equal([0, 3], await ListParts(again));
        Assert.Null(await again.TryGetPartAsync(Samples.Plan.Shards[1], Cancel));
        Assert.Equal(Samples.Describe(Samples.Part(Samples.Plan.Shards[3])), Samples.Describe((await again.TryGetPartAsync(Samples.Plan.Shards[3], Cancel))!));
    }

    [Fact]
    public async Task AShardCommittedTwice_KeepsItsFirstPart()
    {
        var directory = await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        var shard = Samples.Plan.Shards[0];
        Assert.True(await directory.PutPartAsync(Samples.Part(shard), shard, Cancel));
        Assert.False(await directory.PutPartAsync(Samples.Part(shard, seed: 2), shard, Cancel));
        Assert.Equal(Samples.Describe(Samples.Part(shard)), Samples.Describe((await directory.TryGetPartAsync(shard, Cancel))!));
    }

    [Fact]
    public async Task ADamagedPart_IsRefusedNamingItsFile()
    {
        var directory = await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        var shard = Samples.Plan.Shards[0];
        await directory.PutPartAsync(Samples.Part(shard), shard, Cancel);
        var path = _folder.File("parts/00000000.arrow");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^9]);
        var exception = await Assert.ThrowsAsync<MirroredException>(() => directory.TryGetPartAsync(shard, Cancel));
        Assert.Equal(FailureKind.Data, exception.Kind);
        Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DamagedPartsAndPlans_SayWhatToDo()
    {
        var directory = await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        var shard = Samples.Plan.Shards[0];
        await directory.PutPlanAsync(Samples.Plan, Cancel);
        await directory.PutPartAsync(Samples.Part(shard), shard, Cancel);
        await RefuseDamagedAsync("plan.arrow", () => directory.TryGetPlanAsync(Cancel));
        await RefuseDamagedAsync("parts/00000000.arrow", () => directory.TryGetPartAsync(shard, Cancel));
    }

    [Fact]
    public async Task WeightSets_AreKeptByQueryWhateverItsName()
    {
        var directory = await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        string[] names = ["test-1", "../../etc", "a/b", "ü", ".hidden", new('x', 500), new string('x', 500) + "y", "a%2Fb", ""];
        foreach (var name in names)
            Assert.True(await directory.PutWeightsAsync(name, stream => stream.Write(Encoding.UTF8.GetBytes(name)), Cancel));
        foreach (var name in names)
            Assert.Equal(name, File.ReadAllText((await directory.TryGetWeightsAsync(name, Cancel))!));
        Assert.Equal(names.Length, Directory.GetFiles(_folder.File("weights")).Length);
        Assert.EndsWith("/weights/test-1.safetensors", await directory.TryGetWeightsAsync("test-1", Cancel), StringComparison.Ordinal);
        Assert.Null(await directory.TryGetWeightsAsync("test-2", Cancel));
    }

    [Fact]
    public async Task Losses_AreColumnsPerRowAndQuery()
    {
        var directory = await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        const int Rows = 2500;
        var losses = new ShardLosses
        {
            ShardIndex = 7,
            TrainRowStart = 1000,
            Queries = ["a", "b"],
            BaseLoss = [.. Enumerable.Range(0, Rows).Select(row => row == 3 ? float.NaN : row)],
            LossDifference = [.. Enumerable.Range(0, 2 * Rows).Select(i => i / 8f)],
        };
        Assert.True(await directory.PutLossesAsync(losses, Cancel));
        using var file = ArrowFile.Open((await directory.TryGetLossesAsync(7, Cancel))!);
        Assert.Equal(Enumerable.Range(1000, Rows).Select(row => (long)row), file.ReadColumn<long>("trainRow"));
        Assert.Equal(losses.BaseLoss, file.ReadColumn<float>("baseLoss"));
        Assert.Equal(losses.LossDifference, file.ReadColumn<float>("lossDifference"));
    }

    [Fact]
    public async Task AResult_IsReplaced()
    {
        var directory = await RunDirectory.CreateOrOpenAsync(_store, Samples.Manifest, Cancel);
        Assert.False(await directory.HasResultAsync(Cancel));
        await directory.PutResultAsync("result.json", stream => stream.Write("1"u8), Cancel);
        await directory.PutResultAsync("result.json", stream => stream.Write("2"u8), Cancel);
        Assert.True(await directory.HasResultAsync(Cancel));
        Assert.Equal("2", File.ReadAllText(_folder.File("result.json")));
    }

    private static async Task<List<int>> ListParts(RunDirectory directory)
    {
        var parts = new List<int>();
        await foreach (var part in directory.ListPartsAsync(Cancel))
            parts.Add(part);
        parts.Sort();
        return parts;
    }

    /// <summary>Cut, emptied, appended to, overwritten, a field of the header renamed, its JSON broken, and malformed metadata.</summary>
    private async Task RefuseDamagedAsync(string key, Func<Task> read)
    {
        var path = _folder.File(key);
        var whole = await File.ReadAllBytesAsync(path, Cancel);
        byte[][] damaged =
        [
            [], whole[..4], whole[..(whole.Length / 2)], whole[..^1], [.. whole, 0], [.. whole, .. "more"u8],
            [.. "no arrow"u8], With("\"formatVersion"u8, "\"formatVersiom"u8), With("{\"format"u8, "<\"format"u8), With(whole.AsSpan(^10..), [0xff, 0xff, 0xff, 0x7f]),
        ];
        foreach (var bytes in damaged)
        {
            await File.WriteAllBytesAsync(path, bytes, Cancel);
            var exception = await Assert.ThrowsAsync<MirroredException>(read);
            Assert.Equal(FailureKind.Data, exception.Kind);
            Assert.StartsWith($"{path}: ", exception.Message, StringComparison.Ordinal);
            Assert.EndsWith("Remove it and run again: it is made again.", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(".NET", exception.Message, StringComparison.Ordinal);
        }

        byte[] With(ReadOnlySpan<byte> found, ReadOnlySpan<byte> bytes)
        {
            var changed = whole.ToArray();
            for (var place = 0; changed.AsSpan(place).IndexOf(found) is >= 0 and var offset; place += offset + 1)
                bytes.CopyTo(changed.AsSpan(place + offset));
            return changed;
        }
    }
}
