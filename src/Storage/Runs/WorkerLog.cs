using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace MirroredInfluence.Storage;

/// <summary>The records of all workers of a run directory. Works before there is a run: who plans is settled here too.</summary>
public sealed class WorkerLog(IObjectStore store)
{
    private const string Prefix = "workers/", Ending = ".json";
    private const int ReadsAtOnce = 16;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    /// <summary>Begins the worker's next session: no two have the same number.</summary>
    public async Task<WorkerRecord> BeginAsync(WorkerRecord first, CancellationToken cancellationToken)
    {
        for (var record = first; ; record = record with { Session = record.Session + 1 })
        {
            if (await store.PutIfAbsentAsync(KeyOf(record), stream => Write(stream, record), cancellationToken).ConfigureAwait(false))
                return record;
        }
    }

    public Task PutAsync(WorkerRecord record, CancellationToken cancellationToken) =>
        store.PutTransientAsync(KeyOf(record), stream => Write(stream, record), cancellationToken);

    /// <summary>In order of workers and sessions. A record that cannot be read is passed over: nothing that counts depends on it.</summary>
    public Task<ImmutableArray<WorkerRecord>> ReadAsync(CancellationToken cancellationToken) => ReadAsync((_, _) => true, cancellationToken);

    /// <param name="isWanted">Of a worker and its session: others' records are not read.</param>
    public async Task<ImmutableArray<WorkerRecord>> ReadAsync(Func<int, int, bool> isWanted, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        await foreach (var key in store.ListAsync(Prefix, cancellationToken).ConfigureAwait(false))
        {
            if (TryParse(key, out var worker, out var session) && isWanted(worker, session))
                keys.Add(key);
        }

        var records = new ConcurrentBag<WorkerRecord>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(keys, parallel, async (key, cancel) =>
        {
            if (await store.GetAsync(key, cancel).ConfigureAwait(false) is { } bytes && TryRead(bytes) is { } record)
                records.Add(record);
        }).ConfigureAwait(false);
        return [.. records.OrderBy(record => record.WorkerIndex).ThenBy(record => record.Session)];
    }

    private static string KeyOf(WorkerRecord record) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{record.WorkerIndex:D5}-{record.Session:D4}{Ending}");

    private static bool TryParse(string key, out int worker, out int session)
    {
        (worker, session) = (0, 0);
        var name = key.AsSpan(Prefix.Length);
        if (!name.EndsWith(Ending) || name.IndexOf('-') is not (> 0 and var dash))
            return false;
        return int.TryParse(name[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out worker)
            && int.TryParse(name[(dash + 1)..^Ending.Length], NumberStyles.None, CultureInfo.InvariantCulture, out session);
    }

    private static void Write(Stream stream, WorkerRecord record) => JsonSerializer.Serialize(stream, record, Options);

    private static WorkerRecord? TryRead(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<WorkerRecord>(bytes, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
