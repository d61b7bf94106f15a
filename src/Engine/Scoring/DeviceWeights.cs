using System.Collections.Immutable;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// The weight sets of all queries, once a device. On a CPU they lie in their mapped files, so that a thousand of them cost no memory of
/// their own.
/// </summary>
internal sealed class DeviceWeights : IDisposable
{
    private readonly Dictionary<BaseModel, ImmutableArray<WeightSet>> _ofModel = [];

    public static async Task<DeviceWeights> OpenAsync(
        PlannedRun run, DeviceModels models, RunDirectory directory, CancellationToken cancellationToken)
    {
        var opened = new DeviceWeights();
        try
        {
            foreach (var model in models.Models)
            {
                var weights = ImmutableArray.CreateBuilder<WeightSet>(run.Queries.Length);
                foreach (var query in run.Queries)
                {
                    var path = await directory.TryGetWeightsAsync(query.Name, cancellationToken)
                        ?? throw Failure.Data(
                            $"query '{query.Name}': its weight set has gone from the run directory. Run again to ascend it anew.");
                    weights.Add(WeightSet.Open(path, model, run.WeightsOf(query)));
                    opened._ofModel[model] = weights.ToImmutable();
                }
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Shape [queries].</summary>
    public ImmutableArray<WeightSet> Of(BaseModel model) => _ofModel[model];

    public void Dispose()
    {
        foreach (var weights in _ofModel.Values.SelectMany(weights => weights))
            weights.Dispose();
    }
}
