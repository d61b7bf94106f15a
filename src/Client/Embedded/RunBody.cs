using MirroredInfluence.Engine;

namespace MirroredInfluence.Client.Embedded;

/// <summary>Computes a run to its written results.</summary>
internal delegate Task<RunResult> RunBody(RunSpec spec, RunPlace place, TimeProvider time, IProgress<RunProgress> progress, CancellationToken cancellationToken);
