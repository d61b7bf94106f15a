using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace MirroredInfluence.Storage;

/// <summary>The records of all workers of a run directory. Works before there is a run: who plans is settled here too.</summary>
public sealed class WorkerLog(IObjectStore store)
{
    private const string Prefix = "workers/";

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
        store.PutAsync(KeyOf(record), stream => Write(stream, record), cancellationToken);

    /// <summary>In order of workers and sessions. A record that cannot be read is passed over: nothing that counts depends on it.</summary>
    public async Task<ImmutableArray<WorkerRecord>> ReadAsync(CancellationToken cancellationToken)
    {
        var records = new List<WorkerRecord>();
        await foreach (var key in store.ListAsync(Prefix, cancellationToken).ConfigureAwait(false))
        {
            if (await store.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } bytes && TryRead(bytes) is { } record)
                records.Add(record);
        }

        return [.. records.OrderBy(record => record.WorkerIndex).ThenBy(record => record.Session)];
    }

    private static string KeyOf(WorkerRecord record) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{record.WorkerIndex:D5}-{record.Session:D4}.json");

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
