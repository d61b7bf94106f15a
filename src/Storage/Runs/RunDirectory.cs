using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MirroredInfluence.Storage;

/// <summary>
/// The truth of a run: what is computed, how it is cut, and what is finished (docs/formats/run-directory.md). Everything but the results is put once, if
/// absent, and is deterministic, so any number of writers may work on it and nothing but the list of parts is needed to go on.
/// </summary>
public sealed class RunDirectory
{
    private const string ManifestKey = ManifestName, PlanKey = "plan.arrow", PartPrefix = "parts/", LossPrefix = "losses/", PoisonPrefix = "poisoned/", HandPrefix = "hands/";

    /// <summary>Written last of the results: with it, the run is finished.</summary>
    public const string ResultName = "result.json";

    /// <summary>What makes a folder a run directory.</summary>
    public const string ManifestName = "run.json";

    /// <summary>Shards whose names share their first five digits.</summary>
    public const int BlockShards = 1000;

    /// <summary>What to do about a damaged file: all of them are made again.</summary>
    internal const string Remedy = "Remove it and run again: it is made again.";

    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true, WriteIndented = true };

    private readonly IObjectStore _store;

    private RunDirectory(IObjectStore store, RunManifest manifest)
    {
        _store = store;
        Manifest = manifest;
    }

    public RunManifest Manifest { get; }

    /// <summary>The run that the directory holds, or null before one is begun.</summary>
    /// <exception cref="MirroredException">Data: run.json cannot be read.</exception>
    public static async Task<RunDirectory?> TryOpenAsync(IObjectStore store, CancellationToken cancellationToken) =>
        await store.GetAsync(ManifestKey, cancellationToken).ConfigureAwait(false) is { } json
            ? new RunDirectory(store, RunManifest.Parse(json, store.UriOf(ManifestKey)))
            : null;

    /// <summary>There is a run, and its plan. Reads neither.</summary>
    public static async Task<bool> IsPlannedAsync(IObjectStore store, CancellationToken cancellationToken) =>
        await store.TryGetVersionAsync(PlanKey, cancellationToken).ConfigureAwait(false) is not null
        && await store.TryGetVersionAsync(ManifestKey, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>A file that was there is no more. Started again, a run makes it again.</summary>
    public static MirroredException Gone(string uri) =>
        Failure.Unavailable($"{uri}: has gone from the run directory while the run was under way. Keep the files of a run until it is finished, and run again: what is missing is made again.");

    /// <summary>Begins a run, or goes on with it when the directory holds the same one.</summary>
    /// <exception cref="MirroredException">Invalid: the directory holds another run; the message names the fields that differ.</exception>
    public static async Task<RunDirectory> CreateOrOpenAsync(IObjectStore store, RunManifest manifest, CancellationToken cancellationToken)
    {
        var json = Encoding.UTF8.GetBytes(manifest.ToJson());
        if (await store.PutIfAbsentAsync(ManifestKey, stream => stream.Write(json), cancellationToken).ConfigureAwait(false))
            return new RunDirectory(store, manifest);
        return (await OpenAsync(store, cancellationToken).ConfigureAwait(false)).For(manifest);
    }

    /// <summary>The same directory and run, whose files are where they are now.</summary>
    /// <exception cref="MirroredException">Invalid: the directory holds another run; the message names the fields that differ.</exception>
    public RunDirectory For(RunManifest manifest)
    {
        if (Manifest.Run != manifest.Run)
        {
            throw Failure.Invalid(
                $"{_store.UriOf(ManifestKey)}: found another run: {RunIdentity.Differences(Manifest, manifest)}. "
                + "Choose another directory with --out, or delete this one if its run is not wanted any more.");
        }

        return new RunDirectory(_store, manifest);
    }

    /// <exception cref="MirroredException">Invalid: there is no run. Data: run.json cannot be read.</exception>
    public static async Task<RunDirectory> OpenAsync(IObjectStore store, CancellationToken cancellationToken) =>
        await TryOpenAsync(store, cancellationToken).ConfigureAwait(false)
        ?? throw Failure.Invalid($"{store.UriOf(ManifestKey)}: not found; expected the directory of a run that was begun. What a cluster was given, `mirrored watch` shows.");

    /// <summary>Keeps a plan, unless the run has one: then that one is returned, since parts are made by it.</summary>
    public async Task<RunPlan> PutPlanAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        await _store.PutIfAbsentAsync(PlanKey, stream => PlanFile.Write(stream, plan, Manifest.Run), cancellationToken).ConfigureAwait(false);
        return await TryGetPlanAsync(cancellationToken).ConfigureAwait(false)
            ?? throw Failure.Unavailable($"{_store.UriOf(PlanKey)}: not found right after it was written. Run again.");
    }

    /// <summary>Null before the run is planned.</summary>
    /// <exception cref="MirroredException">Data: the plan cannot be read, or is another run's.</exception>
    public async Task<RunPlan?> TryGetPlanAsync(CancellationToken cancellationToken) =>
        await _store.GetAsync(PlanKey, cancellationToken).ConfigureAwait(false) is { } bytes
            ? PlanFile.Read(bytes, _store.UriOf(PlanKey), Manifest)
            : null;

    /// <summary>Path of a query's weight set, or null when it is not there.</summary>
    public Task<string?> TryGetWeightsAsync(string query, CancellationToken cancellationToken) =>
        _store.GetFileAsync(WeightsKey(query), cancellationToken);

    /// <returns>False when the weight set was already there.</returns>
    public Task<bool> PutWeightsAsync(string query, Action<Stream> write, CancellationToken cancellationToken) =>
        _store.PutIfAbsentAsync(WeightsKey(query), write, cancellationToken);

    /// <summary>Commits a shard's answer.</summary>
    /// <returns>False when it was already there.</returns>
    public Task<bool> PutPartAsync(ShardPart part, Shard shard, CancellationToken cancellationToken) =>
        _store.PutIfAbsentAsync(PartKey(part.ShardIndex), stream => PartFile.Write(stream, part, shard, Manifest.Run), cancellationToken);

    /// <summary>Null when the shard is not scored yet.</summary>
    /// <exception cref="MirroredException">Data: the part cannot be read, was changed, or is another run's or shard's.</exception>
    public async Task<ShardPart?> TryGetPartAsync(Shard shard, CancellationToken cancellationToken)
    {
        var key = PartKey(shard.ShardIndex);
        return await _store.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } bytes
            ? PartFile.Read(bytes, _store.UriOf(key), shard, Manifest)
            : null;
    }

    /// <summary>Parts of several shards, merged into one: as a file for the way between processes, with a digest.</summary>
    public byte[] Pack(ShardPart merged)
    {
        using var bytes = new MemoryStream();
        PartFile.Write(bytes, merged, OfSeveral(merged.RowCount), Manifest.Run);
        return bytes.ToArray();
    }

    /// <exception cref="MirroredException">Data: it is not what was packed, or another run's.</exception>
    public ShardPart Unpack(byte[] bytes, int rowCount) => PartFile.Read(bytes, "merged parts", OfSeveral(rowCount), Manifest);

    /// <summary>The shard is scored.</summary>
    public Task<bool> HasPartAsync(int shardIndex, CancellationToken cancellationToken) => HasAsync(PartKey(shardIndex), cancellationToken);

    /// <summary>Indexes of the shards that are scored, in no order.</summary>
    public IAsyncEnumerable<int> ListPartsAsync(CancellationToken cancellationToken) => ListShardsAsync(PartPrefix, ".arrow", cancellationToken);

    /// <summary>Indexes of the scored shards of a block of <see cref="BlockShards"/>, in no order: one request to a store, however many shards the run has.</summary>
    public IAsyncEnumerable<int> ListPartsAsync(int blockIndex, CancellationToken cancellationToken) =>
        ListShardsAsync(string.Create(CultureInfo.InvariantCulture, $"{PartPrefix}{blockIndex:D5}"), ".arrow", cancellationToken);

    /// <summary>Sets a shard aside. The first who does so is kept.</summary>
    public Task PutPoisonedAsync(PoisonedShard shard, CancellationToken cancellationToken) =>
        _store.PutIfAbsentAsync(PoisonKey(shard.ShardIndex), stream => JsonSerializer.Serialize(stream, shard, JsonOptions), cancellationToken);

    /// <summary>Shards that were set aside and have no part, in order.</summary>
    /// <exception cref="MirroredException">Data: a file cannot be read.</exception>
    public async Task<IReadOnlyList<PoisonedShard>> ReadPoisonedAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var shards = new SortedList<int, PoisonedShard>();
        await foreach (var index in ListShardsAsync(PoisonPrefix, ".json", cancellationToken).ConfigureAwait(false))
        {
            var key = PoisonKey(index);
            if (index >= plan.Shards.Length)
                throw Failure.Data($"{_store.UriOf(key)}: the plan has no shard {index}. {Remedy}");
            if (await HasPartAsync(index, cancellationToken).ConfigureAwait(false))
                continue;
            if (await _store.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } bytes)
                shards.Add(index, ReadPoisoned(bytes, _store.UriOf(key)));
        }

        return shards.Values.AsReadOnly();
    }

    /// <summary>Says what a session has in hand, in place of what was said before: for who comes after, should it die together with its coordinator.</summary>
    public Task PutInHandAsync(ShardsInHand inHand, CancellationToken cancellationToken) => _store.PutTransientAsync(
        $"{HandPrefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(inHand.Session)))[..32]}.json", stream => JsonSerializer.Serialize(stream, inHand, JsonOptions), cancellationToken);

    /// <summary>What sessions said last. What cannot be read is passed over: no result depends on it.</summary>
    public async Task<IReadOnlyList<ShardsInHand>> ReadInHandAsync(CancellationToken cancellationToken)
    {
        var all = new List<ShardsInHand>();
        await foreach (var key in _store.ListAsync(HandPrefix, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (await _store.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } bytes && JsonSerializer.Deserialize<ShardsInHand>(bytes, JsonOptions) is { Shards.IsDefault: false } inHand)
                    all.Add(inHand);
            }
            catch (JsonException)
            {
                // Of a process that died while it wrote.
            }
        }

        return all;
    }

    /// <returns>False when they were already there.</returns>
    public Task<bool> PutLossesAsync(ShardLosses losses, CancellationToken cancellationToken) =>
        _store.PutIfAbsentAsync(LossKey(losses.ShardIndex), stream => LossFile.Write(stream, losses, Manifest.Run), cancellationToken);

    /// <summary>Path of a shard's losses, or null when they are not there.</summary>
    public Task<string?> TryGetLossesAsync(int shardIndex, CancellationToken cancellationToken) =>
        _store.GetFileAsync(LossKey(shardIndex), cancellationToken);

    /// <summary>Writes or replaces a result: <c>result.json</c>, <c>result.arrow</c>, <c>report.html</c>.</summary>
    public Task PutResultAsync(string name, Action<Stream> write, CancellationToken cancellationToken) => _store.PutAsync(name, write, cancellationToken);

    /// <summary>The run is finished: its results are there.</summary>
    public Task<bool> HasResultAsync(CancellationToken cancellationToken) => HasResultAsync(ResultName, cancellationToken);

    /// <summary>A result of this name is there.</summary>
    public Task<bool> HasResultAsync(string name, CancellationToken cancellationToken) => HasAsync(name, cancellationToken);

    public MirroredException PlanHasGone() => Gone(_store.UriOf(PlanKey));

    public MirroredException PartHasGone(int shardIndex) => Gone(_store.UriOf(PartKey(shardIndex)));

    public MirroredException WeightsHaveGone(string query) => Gone(_store.UriOf(WeightsKey(query)));

    private static Shard OfSeveral(int rowCount) => new()
    {
        ShardIndex = 0,
        FileIndex = 0,
        Uri = "",
        FileDigest = "",
        FileRowOffset = 0,
        FileRowCount = rowCount,
        RowStart = 0,
        RowCount = rowCount,
    };

    private async Task<bool> HasAsync(string key, CancellationToken cancellationToken) =>
        await _store.TryGetVersionAsync(key, cancellationToken).ConfigureAwait(false) is not null;

    private static string PartKey(int shardIndex) => string.Create(CultureInfo.InvariantCulture, $"{PartPrefix}{shardIndex:D8}.arrow");

    private static string PoisonKey(int shardIndex) => string.Create(CultureInfo.InvariantCulture, $"{PoisonPrefix}{shardIndex:D8}.json");

    private static PoisonedShard ReadPoisoned(byte[] bytes, string name)
    {
        try
        {
            return JsonSerializer.Deserialize<PoisonedShard>(bytes, JsonOptions) ?? throw new JsonException("it is null.");
        }
        catch (JsonException exception)
        {
            throw Failure.Data($"{name}: cannot be read: {exception.Message} {Remedy}", exception);
        }
    }

    private static string LossKey(int shardIndex) => string.Create(CultureInfo.InvariantCulture, $"{LossPrefix}{shardIndex:D8}.arrow");

    private static string WeightsKey(string query) => $"weights/{FileName.Encode(query)}.safetensors";

    private async IAsyncEnumerable<int> ListShardsAsync(string prefix, string ending, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var key in _store.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            var name = key.AsSpan(key.LastIndexOf('/') + 1);
            if (name.EndsWith(ending) && int.TryParse(name[..^ending.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var shardIndex))
                yield return shardIndex;
        }
    }
}
