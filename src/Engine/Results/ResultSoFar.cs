using System.Collections.Immutable;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>
/// The result of the shards that are scored by now, as if there were no others. Asked again, it reads what has been scored since. Of its directory, since the run has
/// begun; one caller at a time.
/// </summary>
public sealed class ResultSoFar
{
    private readonly RunDirectory _directory;
    private readonly RunPlan _plan;
    private readonly ImmutableArray<Query> _queries;
    private readonly HashSet<int> _merged = [];
    private PartMerge _merge;
    private long _rowCount;

    private ResultSoFar(RunDirectory directory, RunPlan plan, ImmutableArray<Query> queries) =>
        (_directory, _plan, _queries, _merge) = (directory, plan, queries, NewMerge(directory, queries));

    /// <summary>Null before the run is planned.</summary>
    /// <exception cref="MirroredException">Data: its files cannot be read. Invalid: test files have changed since.</exception>
    public static async Task<ResultSoFar?> TryOpenAsync(IObjectStore store, DataFiles data, CancellationToken cancellationToken) =>
        await RunDirectory.TryOpenAsync(store, cancellationToken) is { } directory && await directory.TryGetPlanAsync(cancellationToken) is { } plan
            ? new ResultSoFar(directory, plan, QueryReader.Read(data, directory.Manifest.Spec, directory.Manifest.Inputs.Test))
            : null;

    /// <summary>Null before the first shard is scored.</summary>
    /// <exception cref="MirroredException">Data: a part cannot be read. Unavailable: one has gone.</exception>
    public async Task<RunResult?> ReduceAsync(CancellationToken cancellationToken)
    {
        var scored = new HashSet<int>();
        await foreach (var shardIndex in _directory.ListPartsAsync(cancellationToken))
            scored.Add(shardIndex);
        Shard[] found = [.. _plan.Shards.Where(shard => scored.Contains(shard.ShardIndex) && _merged.Add(shard.ShardIndex))];
        if (_merged.Count == 0)
            return null;

        try
        {
            await Reducer.AddAsync(_merge, _directory, found, () => { }, cancellationToken);
        }
        catch
        {
            // Nobody knows what was added.
            _merged.Clear();
            (_merge, _rowCount) = (NewMerge(_directory, _queries), 0);
            throw;
        }

        _rowCount += found.Sum(shard => (long)shard.RowCount);
        return Reducer.ResultOf(_merge, _directory, _plan, _queries, _rowCount);
    }

    private static PartMerge NewMerge(RunDirectory directory, ImmutableArray<Query> queries) => new([.. queries.Select(query => query.Name)], directory.Manifest.Spec.Score);
}
