using Orleans.Placement;

namespace MirroredInfluence.Grains;

/// <summary>The grain lives on the silo that its key begins with, up to the first <c>|</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OnSiloOfKeyAttribute() : PlacementAttribute(new SiloOfKey());
