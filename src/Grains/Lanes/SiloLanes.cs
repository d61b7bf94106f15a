using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Grains;

/// <summary>What the runs of a silo share: its lanes, and each base model once a device, kept while any of them uses it.</summary>
internal sealed class SiloLanes : IDisposable
{
    private readonly ComputeSpec _compute;
    private readonly IObjectPeers? _peers;
    private readonly Lock _lock = new();
    private readonly Dictionary<ModelSpec, (Lazy<DeviceModels> Models, int UserCount)> _models = [];

    /// <param name="restTime">Until a run that had no shard is asked again.</param>
    public SiloLanes(ComputeSpec compute, TimeSpan restTime, TimeProvider time, IObjectPeers? peers = null)
    {
        _compute = compute;
        _peers = peers;
        Time = time;
        Cache = ObjectCache.Of(compute, time);
        CacheFolder = Storage.CacheFolder.Resolve(compute.Cache);
        Digests = new DigestCache(CacheFolder, time);
        Lanes = new LanePool(DeviceModels.CountLanes(compute), restTime, time);
    }

    public TimeProvider Time { get; }

    public ObjectCache Cache { get; }

    public string? CacheFolder { get; }

    public DigestCache Digests { get; }

    public LanePool Lanes { get; }

    /// <summary>A run's spec with what this silo computes with; a run's shards are cut as it asked.</summary>
    public RunSpec Fit(RunSpec spec) => spec with { Compute = _compute with { ShardRows = spec.Compute.ShardRows } };

    /// <summary>The store of a run directory. Weight sets of a remote one come from other silos that have them.</summary>
    public IObjectStore OpenStore(string directory)
    {
        var uri = ObjectUri.Parse(directory);
        var store = ObjectStores.Open(uri, Cache, Time);
        return uri.IsRemote && _peers is not null ? new PeeredStore(store, Cache, _peers) : store;
    }

    /// <summary>The model on all devices of the silo, until <see cref="Return"/>.</summary>
    /// <exception cref="MirroredException">Invalid: no such model or device.</exception>
    public DeviceModels Borrow(ModelSpec model, DataFiles data)
    {
        Lazy<DeviceModels> models;
        lock (_lock)
        {
            models = _models.TryGetValue(model, out var known) ? known.Models : new Lazy<DeviceModels>(() => DeviceModels.Load(data, model, _compute));
            _models[model] = (models, known.UserCount + 1);
        }

        try
        {
            return models.Value;
        }
        catch
        {
            Return(model);
            throw;
        }
    }

    public void Return(ModelSpec model)
    {
        lock (_lock)
        {
            var (models, userCount) = _models[model];
            if (userCount > 1)
            {
                _models[model] = (models, userCount - 1);
                return;
            }

            _models.Remove(model);
            if (models.IsValueCreated)
                models.Value.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var (models, _) in _models.Values)
        {
            if (models.IsValueCreated)
                models.Value.Dispose();
        }
    }
}
