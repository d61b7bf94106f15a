using System.Diagnostics.Metrics;
using System.Globalization;

namespace MirroredInfluence.Storage;

/// <summary>What stores and caches measure (docs/reference/telemetry.md). Costs next to nothing until something listens.</summary>
internal static class StorageTelemetry
{
    private static readonly Meter Meter = new("MirroredInfluence.Storage", typeof(StorageTelemetry).Assembly.GetName().Version!.ToString(3));

    private static readonly Counter<long> CacheRequests = Meter.CreateCounter<long>(
        "mirrored.cache.requests", "{request}", "What a cache was asked for.");

    private static readonly Counter<long> StoreIo = Meter.CreateCounter<long>(
        "mirrored.store.io", "By", "Contents of objects exchanged with a remote store.");

    private static readonly Counter<long> StoreRetries = Meter.CreateCounter<long>(
        "mirrored.store.retries", "{retry}", "Requests that a remote store was sent again.");

    /// <param name="cache">One of the names in docs/reference/telemetry.md.</param>
    public static void CacheAsked(string cache, bool isHit) =>
        CacheRequests.Add(1, new("mirrored.cache.name", cache), new("mirrored.cache.result", isHit ? "hit" : "miss"));

    public static void Received(long byteCount) => StoreIo.Add(byteCount, new KeyValuePair<string, object?>("network.io.direction", "receive"));

    public static void Sent(long byteCount) => StoreIo.Add(byteCount, new KeyValuePair<string, object?>("network.io.direction", "transmit"));

    public static void Retried(RemoteAnswer after) => StoreRetries.Add(1, new KeyValuePair<string, object?>(
        "error.type", after.Status == 0 ? "no_answer" : after.Status.ToString(CultureInfo.InvariantCulture)));
}
