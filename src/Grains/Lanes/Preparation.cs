using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Grains;

/// <summary>What is computed once before a run is scored: its plan and the ascents of its queries, on the devices of the silo that was asked to.</summary>
/// <param name="span">Of the run, on the coordinator's silo.</param>
internal sealed class Preparation(SiloLanes silo, string? span) : IProgress<RunProgress>
{
    private volatile PhaseReport? _report;

    /// <summary>How far it is, or null before it has begun.</summary>
    public PhaseReport? Report => _report;

    /// <summary>Plans the run and ascends its queries, or finds either done.</summary>
    /// <exception cref="MirroredException">What the run is refused with.</exception>
    public Task<(PlannedRun Run, RunDirectory Directory)> RunAsync(RunSpec spec, IObjectStore store, DeviceModels models, DataFiles data, CancellationToken cancellationToken) => Span.OfAsync("prepare", async _ =>
    {
        var planner = new Planner(data, silo.Digests, silo.Time, this);
        var (run, directory) = await RunDirectory.IsPlannedAsync(store, cancellationToken)
            ? await RunBeginning.JoinAsync(spec, store, planner, models, cancellationToken)
            : await RunBeginning.BeginAsync(spec, store, planner, models, manifest => HtmlReport.Check(data, manifest), silo.Time, cancellationToken);
        await new Coordinator(silo.Time, this).AscendAsync(run, models, directory, cancellationToken);
        return (run, directory);
    }, span);

    void IProgress<RunProgress>.Report(RunProgress value) => _report = PhaseReports.Of(value);
}
