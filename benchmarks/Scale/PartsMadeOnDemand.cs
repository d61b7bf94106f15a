using System.Collections.Concurrent;
using System.Globalization;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Scale;

/// <summary>A store that holds a part of every shard without keeping any: each is made when it is read.</summary>
internal sealed class PartsMadeOnDemand : IObjectStore
{
    private readonly LargeRun _run;
    private readonly QueryReduction[] _template;
    private readonly InfluenceEntry[][] _entries;   // shape [query][entry]
    private readonly ConcurrentDictionary<string, byte[]> _objects = [];
    private RunDirectory? _directory;

    public PartsMadeOnDemand(LargeRun run, int queryCount, int topK)
    {
        _run = run;
        var random = new Random(0);
        _template = [.. Enumerable.Range(0, queryCount).Select(_ => Scored(random, topK))];
        _entries = [.. _template.Select(reduction => reduction.Top.ToSorted())];
        Queries = [.. Enumerable.Range(0, queryCount).Select(query => string.Create(CultureInfo.InvariantCulture, $"query-{query}"))];
    }

    public string[] Queries { get; }

    public async Task<RunDirectory> CreateAsync()
    {
        _directory = await RunDirectory.CreateOrOpenAsync(this, _run.Manifest, CancellationToken.None);
        await _directory.PutPlanAsync(_run.Plan, CancellationToken.None);
        return _directory;
    }

    public static string PartKey(int shardIndex) => string.Create(CultureInfo.InvariantCulture, $"parts/{shardIndex:D8}.arrow");

    public string UriOf(string key) => key;

    public Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => key.StartsWith("parts/", StringComparison.Ordinal)
        ? Task.Run<byte[]?>(() => MakePart(key), cancellationToken)
        : Task.FromResult(_objects.GetValueOrDefault(key));

    public Task<bool> PutIfAbsentAsync(string key, Action<Stream> write, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        write(stream);
        _objects[key] = stream.ToArray();
        return Task.FromResult(true);
    }

    public Task<ObjectVersion?> TryGetVersionAsync(string key, CancellationToken cancellationToken) => Task.FromResult<ObjectVersion?>(null);

    public Task<string?> GetFileAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task ReadAsync(string key, ObjectVersion version, long offset, Memory<byte> destination, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task PutAsync(string key, Action<Stream> write, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => AsyncEnumerable.Empty<string>();

    private static QueryReduction Scored(Random random, int topK)
    {
        var reduction = new QueryReduction(topK, RankOrder.Proponents);
        for (var row = 0; row < LargeRun.ShardRows; row++)
        {
            var influence = (random.NextSingle() - 0.5f) * random.NextSingle();
            reduction.Add(row, influence, influence, 1);
        }

        return reduction;
    }

    private byte[] MakePart(string key)
    {
        var shard = _run.Plan.Shards[int.Parse(key.AsSpan("parts/".Length, 8), CultureInfo.InvariantCulture)];
        var scale = 1 + (new Random(shard.ShardIndex).NextSingle() / 10);
        var part = new ShardPart
        {
            ShardIndex = shard.ShardIndex,
            RowCount = shard.RowCount,
            Queries = [.. Queries],
            Reductions = [.. _template.Select((reduction, query) => new QueryReduction(TopOf(shard, query, scale), reduction.Moments, reduction.Histogram, reduction.Groups))],
            Unscorable = new UnscorableRows(),
        };
        _directory!.PutPartAsync(part, shard, CancellationToken.None).GetAwaiter().GetResult();
        _objects.TryRemove(key, out var bytes);
        return bytes!;
    }

    private TopK TopOf(Shard shard, int query, float scale)
    {
        var top = new TopK(_template[query].Top.Capacity, RankOrder.Proponents);
        foreach (var entry in _entries[query])
        {
            var row = shard.FileRowOffset + shard.RowStart + entry.TrainRow;
            top.Add(entry with { TrainRow = row, Influence = scale * entry.Influence, Id = RowValue.Of(row) });
        }

        return top;
    }
}
