using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Report;

/// <summary>A whole run on this machine, to its written results.</summary>
public static class LocalRun
{
    /// <param name="place">Where the run directory is.</param>
    /// <param name="store">Holds it.</param>
    /// <exception cref="MirroredException">Whatever keeps the run from its end; what is finished is kept.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, at the latest after one forward pass a lane.</exception>
    public static async Task<(RunDirectory Directory, RunResult Result)> RunAsync(
        RunSpec spec, ObjectUri place, IObjectStore store, DataFiles data, TimeProvider time, IProgress<RunProgress> progress, CancellationToken cancellationToken)
    {
        RunManifest? planned = null;
        var result = await new LocalEngine(data, time, progress, Check).RunAsync(spec, store, cancellationToken);
        var directory = (await RunDirectory.OpenAsync(store, cancellationToken)).For(planned!);
        await ResultFiles.WriteAsync(directory, place, result, data, spec.Report, cancellationToken);
        return (directory, result);

        void Check(RunManifest manifest)
        {
            planned = manifest;
            HtmlReport.Check(data, manifest);
        }
    }
}
