using Orleans.Placement;

namespace MirroredInfluence.Grains;

/// <summary>The grain lives on a silo without lanes, where the cluster has any.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class WithoutLanesFirstAttribute() : PlacementFilterAttribute(new WithoutLanesFirst());
