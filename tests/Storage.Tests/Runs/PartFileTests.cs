using FsCheck;
using FsCheck.Fluent;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Storage.Tests;

public sealed class PartFileTests
{
    private static readonly Shard Shard = Samples.Plan.Shards[1];

    [Fact]
    public void AnyPart_ReadsBackAndIsTheSameBytes()
    {
        foreach (var shard in Samples.Plan.Shards)
        {
            var part = Samples.Part(shard);
            var bytes = Write(part, shard);
            var read = PartFile.Read(bytes, "p", shard, Samples.Manifest);
            Assert.Equal(Samples.Describe(part), Samples.Describe(read));
            Assert.Equal(bytes, Write(read, shard));
        }
    }

    /// <summary>Finished shards of a run that goes on were written by another version of the program: a change here needs another format version.</summary>
    [Fact]
    public void TheContentOfAKnownPart_StaysWhatItIs()
    {
        using var file = ArrowFile.Parse(Write(Samples.Part(Shard), Shard), "p");
        Assert.StartsWith("93bcfd270aa32448d623f9ca87b1b811", FileHeader.Read<PartHeader>(file, Samples.Manifest.Run).Digest, StringComparison.Ordinal);
    }

    [Fact]
    public void APartWithoutScorableRows_ReadsBack()
    {
        var unscorable = new UnscorableRows();
        unscorable.AddCount(UnscorableReason.CorruptRecordBatch, Shard.RowCount);
        var part = new ShardPart { ShardIndex = 1, RowCount = Shard.RowCount, Queries = ["q"], Reductions = [new QueryReduction(3, RankOrder.Proponents)], Unscorable = unscorable };
        var read = PartFile.Read(Write(part, Shard), "p", Shard, Samples.Manifest);
        Assert.Equal(Samples.Describe(part), Samples.Describe(read));
        Assert.Equal(0, read.ScoredRowCount);
    }

    [Fact]
    public void AQueryThatRanksFewerRows_ReadsBack()
    {
        var shard = Shard with { RowCount = 4 };
        var part = Samples.Part(shard);
        var read = PartFile.Read(Write(part, shard), "p", shard, Samples.Manifest);
        Assert.Equal([3, 2], read.Reductions.Select(reduction => reduction.Top.Count));
        Assert.Equal([3L, 2], read.Reductions.Select(reduction => reduction.Moments.Count));
        Assert.Equal([["a", "b", "grün"], ["b", "grün"]], read.Reductions.Select(reduction => reduction.Groups.Sorted.Select(group => group.Key)));
        Assert.Equal(Samples.Describe(part), Samples.Describe(read));
    }

    /// <summary>Whatever byte changes, the part is refused or says the same as before (padding, and fields of Arrow that carry nothing).</summary>
    [Fact]
    public void AnyByteThatChanges_IsRefusedOrSaysTheSame()
    {
        var part = Samples.Part(Shard, queryCount: 1);
        var bytes = Write(part, Shard);
        var refused = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(
            Gen.Choose(0, bytes.Length - 1).SelectMany(place => Gen.Choose(1, 255).Select(flip => (place, flip))).ToArbitrary(),
            change =>
            {
                var changed = bytes.ToArray();
                changed[change.place] ^= (byte)change.flip;
                try
                {
                    Assert.Equal(Samples.Describe(part), Samples.Describe(PartFile.Read(changed, "parts/1.arrow", Shard, Samples.Manifest)));
                }
                catch (MirroredException exception)
                {
                    Assert.Equal(FailureKind.Data, exception.Kind);
                    Assert.StartsWith("parts/1.arrow", exception.Message, StringComparison.Ordinal);
                    refused++;
                }
            }));
        Assert.True(refused > 500, $"Only {refused} changes were refused.");
    }

    [Fact]
    public void AChangedValue_IsRefusedByItsDigest()
    {
        var part = Samples.Part(Shard);
        var bytes = Write(part, Shard);
        var place = bytes.AsSpan().IndexOf(BitConverter.GetBytes(part.Reductions[0].Top.ToSorted()[0].TrainRow));
        bytes[place]++;
        var exception = Assert.Throws<MirroredException>(() => PartFile.Read(bytes, "parts/00000001.arrow", Shard, Samples.Manifest));
        Assert.Equal(FailureKind.Data, exception.Kind);
        Assert.Equal("parts/00000001.arrow: its content is not what was written: the digest differs. Remove it and run again: it is made again.", exception.Message);
    }

    [Fact]
    public void AnyTruncation_IsRefused()
    {
        var bytes = Write(Samples.Part(Shard), Shard);
        for (var length = 0; length < bytes.Length; length += 7)
            Assert.Equal(FailureKind.Data, Assert.Throws<MirroredException>(() => PartFile.Read(bytes[..length], "p", Shard, Samples.Manifest)).Kind);
    }

    [Fact]
    public void APartOfAnotherRun_IsRefused()
    {
        var other = RunManifest.Create(Samples.Manifest.Spec with { Seed = 9 }, Samples.Manifest.Inputs, "1.0");
        var exception = Assert.Throws<MirroredException>(() => PartFile.Read(Write(Samples.Part(Shard), Shard), "p", Shard, other));
        Assert.Equal(FailureKind.Data, exception.Kind);
        Assert.Equal($"p: belongs to run {Samples.Manifest.Run}; expected run {other.Run}. Remove it and run again: it is made again.", exception.Message);
    }

    [Fact]
    public void APartOfAnotherShard_IsRefused()
    {
        var exception = Assert.Throws<MirroredException>(() => PartFile.Read(Write(Samples.Part(Shard), Shard), "p", Samples.Plan.Shards[0], Samples.Manifest));
        Assert.Equal("p: answers shard 1, rows 32 to 60; expected shard 0, rows 0 to 32. Remove it and run again: it is made again.", exception.Message);
    }

    [Fact]
    public void ManyQueriesWithManyEntries_ReadBack()
    {
        var shard = RunPlan.Cut([new DataFile { Uri = "/a", Digest = "a", RowCount = 400 }], 400, 8).Shards[0];
        var manifest = RunManifest.Create(Samples.Manifest.Spec with { Score = new ScoreSpec { TopK = 100 } }, Samples.Manifest.Inputs, "1.0");
        var part = Samples.Part(shard, queryCount: 100, topK: 100);
        using var stream = new MemoryStream();
        PartFile.Write(stream, part, shard, manifest.Run);
        Assert.Equal(Samples.Describe(part), Samples.Describe(PartFile.Read(stream.ToArray(), "p", shard, manifest)));
    }

    [Fact]
    public void QueriesThatCountOtherRows_AreABrokenInvariant()
    {
        var part = Samples.Part(Shard) with { RowCount = 5 };   // fewer than the queries rank
        Assert.Equal(FailureKind.Internal, Assert.Throws<MirroredException>(() => Write(part, Shard)).Kind);
    }

    private static byte[] Write(ShardPart part, Shard shard)
    {
        using var stream = new MemoryStream();
        PartFile.Write(stream, part, shard, Samples.Manifest.Run);
        return stream.ToArray();
    }
}
