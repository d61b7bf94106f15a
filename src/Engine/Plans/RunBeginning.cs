using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>How a process comes to a run.</summary>
internal static class RunBeginning
{
    /// <summary>Plans a run and begins its directory, or goes on with the one that is there.</summary>
    /// <param name="check">Gets the planned run before anything is computed, to refuse it.</param>
    /// <exception cref="MirroredException">What the run is refused with; then nothing of it was written.</exception>
    public static async Task<(PlannedRun Run, RunDirectory Directory)> BeginAsync(
        RunSpec spec, IObjectStore store, Planner planner, DeviceModels models, Action<RunManifest>? check, TimeProvider time, CancellationToken cancellationToken)
    {
        var planned = Span.Of("plan", _ => planner.Plan(spec, models.Models[0], cancellationToken));
        check?.Invoke(planned.Manifest);
        if (await RunDirectory.TryOpenAsync(store, cancellationToken) is null)
            await Rehearsal.RunAsync(planned, models, time, cancellationToken);

        var directory = await RunDirectory.CreateOrOpenAsync(store, planned.Manifest, cancellationToken);
        return (planned with { Plan = await directory.PutPlanAsync(planned.Plan, cancellationToken) }, directory);
    }

    /// <summary>The run that another has begun and planned, as its files are found here.</summary>
    /// <exception cref="MirroredException">Invalid: the directory holds another run. Unavailable: its files have gone.</exception>
    public static async Task<(PlannedRun Run, RunDirectory Directory)> JoinAsync(
        RunSpec spec, IObjectStore store, Planner planner, DeviceModels models, CancellationToken cancellationToken)
    {
        var directory = await RunDirectory.TryOpenAsync(store, cancellationToken) ?? throw RunDirectory.Gone(store.UriOf(RunDirectory.ManifestName));
        var plan = await directory.TryGetPlanAsync(cancellationToken) ?? throw directory.PlanHasGone();
        var run = planner.Join(spec, models.Models[0], directory.Manifest, plan);
        return (run, directory.For(run.Manifest));
    }
}
