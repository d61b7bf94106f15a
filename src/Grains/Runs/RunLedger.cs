using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Grains;

/// <summary>Which runs were submitted to a cluster, an object each: what a cluster knows when all its silos were stopped.</summary>
internal sealed class RunLedger(IObjectStore store)
{
    private const string Prefix = "runs/";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    /// <exception cref="MirroredException">Data: the entry cannot be read.</exception>
    public async Task<LedgerEntry?> TryGetAsync(string directory, CancellationToken cancellationToken) => await ReadAsync(KeyOf(directory), cancellationToken);

    public Task PutAsync(LedgerEntry entry, CancellationToken cancellationToken) =>
        store.PutAsync(KeyOf(entry.Order.Directory), stream => JsonSerializer.Serialize(stream, entry, Options), cancellationToken);

    /// <exception cref="MirroredException">Data: an entry cannot be read.</exception>
    public async Task<IReadOnlyList<LedgerEntry>> ListAsync(CancellationToken cancellationToken)
    {
        var entries = new List<LedgerEntry>();
        await foreach (var key in store.ListAsync(Prefix, cancellationToken))
        {
            if (key.EndsWith(".json", StringComparison.Ordinal) && await ReadAsync(key, cancellationToken) is { } entry)
                entries.Add(entry);
        }

        return entries;
    }

    private static string KeyOf(string directory) => $"{Prefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..32]}.json";

    private async Task<LedgerEntry?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(key, cancellationToken) is not { } bytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize<LedgerEntry>(bytes, Options) ?? throw new JsonException("it is null.");
        }
        catch (JsonException exception)
        {
            throw Failure.Data($"{store.UriOf(key)}: cannot be read: {exception.Message} Remove it: its run can be submitted again and goes on.", exception);
        }
    }
}
