namespace MirroredInfluence.Grains.Tests.Runs;

public sealed class ShardSharesTests
{
    private static readonly string[] s_silos = [.. Enumerable.Range(0, 10).Select(silo => $"10.0.0.{silo}:11111")];

    private readonly IReadOnlyList<Shard> _shards = AnyShards.Cut(Enumerable.Range(0, 1000).Select(file => file % 50));   // 24,500

    [Fact]
    public void EveryShard_IsGivenOnce()
    {
        var (shares, given) = (new ShardShares(_shards), new HashSet<int>());
        for (var turn = 0; shares.Next(s_silos[turn % 10], shard => !given.Contains(shard)) is { } shard; turn++)
            Assert.True(given.Add(shard));
        Assert.Equal(_shards.Count, given.Count);
    }

    [Fact]
    public void ARunOfTheSameData_GivesSilosWhatTheyHadBefore()
    {
        var first = Share(s_silos);
        var second = Share([.. s_silos.Reverse()]);
        Assert.Equal(_shards.Count, first.Count);
        Assert.Equal(first, second);

        // As it does when there are further data.
        var more = AnyShards.Cut([.. Enumerable.Range(0, 1000).Select(file => file % 50), 10_000]);
        Assert.All(Share(s_silos, more).Take(_shards.Count), pair => Assert.Equal(first[pair.Key], pair.Value));
    }

    [Fact]
    public void Shares_AreAlike_AndStretchesStayTogether()
    {
        var owners = Share(s_silos);
        // 1,980 stretches: a share is binomial, of standard deviation 13.3 stretches (6.7 %); beyond 5 of them with a chance of 1e-6.
        Assert.All(owners.GroupBy(pair => pair.Value), share => Assert.InRange(share.Count(), _shards.Count * 0.065, _shards.Count * 0.135));
        var small = _shards.GroupBy(shard => shard.FileIndex).Where(file => file.Count() <= 16);
        Assert.All(small, file => Assert.Single(file.Select(shard => owners[shard.ShardIndex]).Distinct()));
    }

    [Fact]
    public void ASiloThatComes_TakesOnlyItsOwnPartOfTheOthers()
    {
        var (before, after) = (Share(s_silos[..9]), Share(s_silos));
        Assert.All(after, pair => Assert.True(pair.Value == s_silos[9] || pair.Value == before[pair.Key]));
    }

    [Fact]
    public void WhatOthersHaveLeft_IsTakenFromItsEnd()
    {
        var (shares, given) = (new ShardShares(AnyShards.Cut(16)), new HashSet<int>());
        shares.Join("a");
        shares.Join("b");
        var (owner, other) = shares.Later("a", 0) is null ? ("b", "a") : ("a", "b");
        Assert.Equal((15, 0, 14, 1), (Next(other), Next(owner), Next(other), Next(owner)));

        int? Next(string silo)
        {
            var shard = shares.Next(silo, shard => !given.Contains(shard));
            given.Add(shard!.Value);
            return shard;
        }
    }

    [Fact]
    public void WhatComesLater_IsWhatTheSiloIsGivenThen()
    {
        var (shares, given) = (new ShardShares(_shards), new HashSet<int>());
        given.Add(shares.Next("a", _ => true)!.Value);
        var later = shares.Later("a", 2);
        for (var count = 0; count < 2; count++)
            given.Add(shares.Next("a", shard => !given.Contains(shard))!.Value);
        Assert.Equal(later, shares.Next("a", shard => !given.Contains(shard)));
        Assert.Null(shares.Later("a", _shards.Count));
        Assert.Null(shares.Later("unknown", 0));
    }

    /// <summary>Silos by shard, when all have joined.</summary>
    private Dictionary<int, string> Share(string[] silos, IReadOnlyList<Shard>? shards = null)
    {
        var shares = new ShardShares(shards ?? _shards);
        foreach (var silo in silos)
            shares.Join(silo);
        return silos.SelectMany(silo => OfSilo(shares, silo).Select(shard => KeyValuePair.Create(shard, silo))).OrderBy(pair => pair.Key).ToDictionary();
    }

    private static IEnumerable<int> OfSilo(ShardShares shares, string silo)
    {
        for (var count = 0; shares.Later(silo, count) is { } shard; count++)
            yield return shard;
    }
}
