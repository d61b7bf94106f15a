using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace MirroredInfluence.Grains;

/// <summary>See <see cref="WithoutLanesFirstAttribute"/>.</summary>
internal sealed class WithoutLanesFirst() : PlacementFilterStrategy(order: 1)
{
    /// <summary>Of a silo's metadata; a silo that does not tell yet is taken for one with lanes.</summary>
    private const string Key = "mirrored.has-lanes", No = "no";

    public static Dictionary<string, string> Metadata(bool hasLanes) => new() { [Key] = hasLanes ? "yes" : No };

    internal sealed class Director(ISiloMetadataCache metadata) : IPlacementFilterDirector
    {
        public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
        {
            SiloAddress[] all = [.. silos];
            SiloAddress[] without = [.. all.Where(silo => metadata.GetSiloMetadata(silo).Metadata.GetValueOrDefault(Key) == No)];
            return without.Length > 0 ? without : all;
        }
    }
}
