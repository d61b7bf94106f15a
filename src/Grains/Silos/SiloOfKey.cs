using Orleans.Runtime.Placement;

namespace MirroredInfluence.Grains;

/// <summary>See <see cref="OnSiloOfKeyAttribute"/>.</summary>
[GenerateSerializer]
[Alias("MirroredInfluence.SiloOfKey")]
internal sealed class SiloOfKey : PlacementStrategy
{
    internal sealed class Director : IPlacementDirector
    {
        public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
        {
            var key = target.GrainIdentity.Key.ToString()!;
            var silo = SiloAddress.FromParsableString(key[..key.IndexOf('|', StringComparison.Ordinal)]);
            return context.GetCompatibleSilos(target).Contains(silo)
                ? Task.FromResult(silo)
                : throw new SiloUnavailableException($"{silo}, which {key} lives on, is gone.");
        }
    }
}
