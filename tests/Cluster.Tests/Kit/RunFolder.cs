namespace MirroredInfluence.Cluster.Tests;

/// <summary>The directory of a run, as it grows.</summary>
internal sealed record RunFolder(string Path, int ShardCount)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2), Patience = TimeSpan.FromMinutes(2);

    public bool IsFinished => File.Exists(System.IO.Path.Combine(Path, "result.json"));

    private string Parts => System.IO.Path.Combine(Path, "parts");

    public bool HasPart(int shardIndex) => File.Exists(PartOf(shardIndex));

    /// <summary>When the shard was committed.</summary>
    public DateTime CommittedAt(int shardIndex) => File.GetLastWriteTimeUtc(PartOf(shardIndex));

    public int PartCount() => Directory.Exists(Parts) ? Directory.GetFiles(Parts, "*.arrow").Length : 0;

    /// <summary>Waits until so many shards are committed, or the run is finished.</summary>
    public async Task ReachAsync(int partCount, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        while (PartCount() < partCount && !IsFinished)
            await Task.Delay(Poll, patience.Token);
    }

    /// <summary>Every file but temporary ones: its bytes and when it was written.</summary>
    public Dictionary<string, (DateTime At, string Bytes)> Snapshot() => Directory.GetFiles(Path, "*", SearchOption.AllDirectories).Where(IsKept).ToDictionary(
        file => file, file => (File.GetLastWriteTimeUtc(file), Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))));

    /// <summary>What silos say of themselves is replaced as long as they live; a temporary file's name begins with a dot.</summary>
    private static bool IsKept(string file) => !file.Contains("/hands/", StringComparison.Ordinal) && !System.IO.Path.GetFileName(file).StartsWith('.');

    private string PartOf(int shardIndex) => System.IO.Path.Combine(Parts, $"{shardIndex:D8}.arrow");
}
