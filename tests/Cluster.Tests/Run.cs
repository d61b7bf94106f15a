namespace MirroredInfluence.Cluster.Tests;

/// <summary>One of several runs.</summary>
internal sealed record Run(string Directory, RunSpec Spec, int Priority);
