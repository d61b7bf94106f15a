using System.IO.Compression;
using System.Runtime.CompilerServices;
using MirroredInfluence.Grains;

namespace MirroredInfluence.Client;

/// <summary>A run on a cluster.</summary>
internal sealed class ClusterRun(string directory, IRunGrain run) : IRun
{
    public string Directory => directory;

    public static RunStatus StatusOf(RunReport report) => new()
    {
        Directory = report.Directory,
        State = Enum.IsDefined(report.State)
            ? report.State
            : throw Failure.Unavailable($"{report.Directory}: the cluster says state {report.State}, which this client is too old to know. Update it."),
        DoneCount = report.DoneCount,
        TotalCount = report.TotalCount,
        PerSecond = report.PerSecond,
        UnscorableRowCount = report.UnscorableRowCount,
        Priority = report.Priority,
        SubmittedAt = report.SubmittedAt,
        Failure = report.Failure?.ToException(),
    };

    public async Task<RunStatus> StatusAsync(CancellationToken cancellationToken = default) =>
        StatusOf(await ClusterCall.OfAsync(run.ReportAsync, cancellationToken).ConfigureAwait(false));

    public async IAsyncEnumerable<RunStatus> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var version = -1L; ;)
        {
            var known = version;
            var report = await ClusterCall.OfAsync(() => run.NewsAsync(known), cancellationToken).ConfigureAwait(false);
            if (report.Version != version)
                yield return StatusOf(report);
            if (report.HasEnded)
                yield break;
            version = report.Version;
        }
    }

    public async Task<InfluenceResult> ResultAsync(CancellationToken cancellationToken = default)
    {
        RunStatus? last = null;
        await foreach (var status in WatchAsync(cancellationToken).ConfigureAwait(false))
            last = status;
        if (last!.State == RunState.Cancelled)
            throw Failure.Invalid($"{directory}: the run was cancelled; submit it again to go on.");
        if (last.Failure is { } failure)
            throw failure;

        using var json = new MemoryStream();
        while (await ClusterCall.OfAsync(() => run.ReadResultAsync(json.Length), cancellationToken).ConfigureAwait(false) is { Length: > 0 } piece)
            json.Write(piece);
        return InfluenceResult.Parse(json.ToArray(), directory);
    }

    public async Task<InfluenceResult?> ResultSoFarAsync(CancellationToken cancellationToken = default)
    {
        if ((await StatusAsync(cancellationToken).ConfigureAwait(false)).State == RunState.Finished)
            return await ResultAsync(cancellationToken).ConfigureAwait(false);
        SoFarReport report;
        do
            report = await ClusterCall.OfAsync(run.ReadSoFarAsync, cancellationToken).ConfigureAwait(false);
        while (!report.IsMade);
        return report.Json is { } zipped ? InfluenceResult.Parse(Unzip(zipped), directory) : null;
    }

    public Task SetPriorityAsync(int priority, CancellationToken cancellationToken = default)
    {
        RunOptions.CheckPriority(priority);
        return ClusterCall.OfAsync(() => run.SetPriorityAsync(priority), cancellationToken);
    }

    public Task CancelAsync(CancellationToken cancellationToken = default) => ClusterCall.OfAsync(run.CancelAsync, cancellationToken);

    private static byte[] Unzip(byte[] zipped)
    {
        using var zip = new GZipStream(new MemoryStream(zipped), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        zip.CopyTo(bytes);
        return bytes.ToArray();
    }
}
